//! What `wit_bindgen` generates from `wit/v0`: one module with the shared types and the host interfaces, and one per role.
//!
//! The role modules take every shared type from [`capabilities`] (`with`), so that a component which exports several roles
//! sees one `Finding`, one `PluginError` and so on. Nothing here is meant to be called by plugin authors: the modules at the
//! root of the crate re-export the types and wrap the functions so that they also work in `cargo test`.

/// Types and host interfaces: every import that a component may have.
#[allow(missing_docs, clippy::all)]
pub mod capabilities {
    wit_bindgen::generate!({
        path: "../wit/v0",
        world: "capabilities",
        generate_all,
        generate_unused_types: true,
        additional_derives: [PartialEq],
    });
}

/// Generates the module of one role's world on top of [`capabilities`].
macro_rules! role_bindings {
    ($(#[$doc:meta])* $module:ident, $world:literal, $export:literal, $path:literal) => {
        $(#[$doc])*
        #[allow(missing_docs, clippy::all)]
        pub mod $module {
            wit_bindgen::generate!({
                path: "../wit/v0",
                world: $world,
                generate_unused_types: true,
                additional_derives: [PartialEq],
                pub_export_macro: true,
                export_macro_name: $export,
                default_bindings_module: $path,
                with: {
                    "selfheal:plugin/types@0.1.0": crate::bindings::capabilities::selfheal::plugin::types,
                    "selfheal:plugin/log@0.1.0": crate::bindings::capabilities::selfheal::plugin::log,
                    "selfheal:plugin/config@0.1.0": crate::bindings::capabilities::selfheal::plugin::config,
                    "selfheal:plugin/log-source@0.1.0": crate::bindings::capabilities::selfheal::plugin::log_source,
                    "selfheal:plugin/workspace@0.1.0": crate::bindings::capabilities::selfheal::plugin::workspace,
                    "selfheal:plugin/process@0.1.0": crate::bindings::capabilities::selfheal::plugin::process,
                    "selfheal:plugin/http@0.1.0": crate::bindings::capabilities::selfheal::plugin::http,
                    "selfheal:plugin/state@0.1.0": crate::bindings::capabilities::selfheal::plugin::state,
                    "selfheal:plugin/clock@0.1.0": crate::bindings::capabilities::selfheal::plugin::clock,
                },
            });
        }
    };
}

role_bindings!(
    /// World `planner-plugin`.
    planner, "planner-plugin", "export_planner_bindings", "plugin_sdk::bindings::planner"
);
role_bindings!(
    /// World `runner-plugin`.
    runner, "runner-plugin", "export_runner_bindings", "plugin_sdk::bindings::runner"
);
role_bindings!(
    /// World `classifier-plugin`.
    classifier, "classifier-plugin", "export_classifier_bindings", "plugin_sdk::bindings::classifier"
);
role_bindings!(
    /// World `healer-plugin`.
    healer, "healer-plugin", "export_healer_bindings", "plugin_sdk::bindings::healer"
);
role_bindings!(
    /// World `notifier-plugin`.
    notifier, "notifier-plugin", "export_notifier_bindings", "plugin_sdk::bindings::notifier"
);
