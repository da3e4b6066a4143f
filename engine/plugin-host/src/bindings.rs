//! Rust types of `wit/v0`, made by wasmtime's `bindgen!`.
//!
//! The host interfaces are generated once, in [`capabilities`]; each role's world reuses them. Every host function may trap,
//! because a call's budget of host calls ends the call (`host::budget`).

/// What plugins may import.
pub mod capabilities {
    wasmtime::component::bindgen!({
        path: "../../wit/v0",
        world: "selfheal:plugin/capabilities",
        imports: {
            "selfheal:plugin/process.run": async | trappable,
            "selfheal:plugin/http.send": async | trappable,
            default: trappable,
        },
        with: {
            "selfheal:plugin/log-source.log-reader": crate::host::log_source::LogReader,
        },
        require_store_data_send: true,
    });
}

macro_rules! role {
    ($(#[$doc:meta])* $module:ident, $world:literal) => {
        $(#[$doc])*
        pub mod $module {
            wasmtime::component::bindgen!({
                path: "../../wit/v0",
                world: $world,
                exports: { default: async },
                with: {
                    "selfheal:plugin/types": crate::bindings::capabilities::selfheal::plugin::types,
                    "selfheal:plugin/log": crate::bindings::capabilities::selfheal::plugin::log,
                    "selfheal:plugin/config": crate::bindings::capabilities::selfheal::plugin::config,
                    "selfheal:plugin/log-source": crate::bindings::capabilities::selfheal::plugin::log_source,
                    "selfheal:plugin/workspace": crate::bindings::capabilities::selfheal::plugin::workspace,
                    "selfheal:plugin/process": crate::bindings::capabilities::selfheal::plugin::process,
                    "selfheal:plugin/http": crate::bindings::capabilities::selfheal::plugin::http,
                    "selfheal:plugin/state": crate::bindings::capabilities::selfheal::plugin::state,
                    "selfheal:plugin/clock": crate::bindings::capabilities::selfheal::plugin::clock,
                },
                require_store_data_send: true,
            });
        }
    };
}

role!(
    /// Role `planner`.
    planner,
    "selfheal:plugin/planner-plugin"
);
role!(
    /// Role `runner`.
    runner,
    "selfheal:plugin/runner-plugin"
);
role!(
    /// Role `classifier`.
    classifier,
    "selfheal:plugin/classifier-plugin"
);
role!(
    /// Role `healer`.
    healer,
    "selfheal:plugin/healer-plugin"
);
role!(
    /// Role `notifier`.
    notifier,
    "selfheal:plugin/notifier-plugin"
);
