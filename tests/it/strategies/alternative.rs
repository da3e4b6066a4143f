//! `alternative`: another program that is installed, another port that is free.

use std::os::unix::fs::symlink;
use std::process::Command;

use crate::lab::Lab;

/// The file that a name on the search path really is, past the shims of version managers.
fn really(program: &str, print_itself: &[&str]) -> String {
    let output = Command::new(program).args(print_itself).output().unwrap_or_else(|error| panic!("{program}: {error}"));
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

#[test]
fn a_program_that_is_installed_under_another_name_is_called_by_that() {
    let lab = Lab::new("[[stage]]\nname = \"report\"\nrun = \"python report.py\"\n")
        .file("report.py", "print('reported')\n")
        .committed();
    // A search path on which there is a python3 and no python.
    let programs = lab.outside("bin");
    std::fs::create_dir(&programs).expect("a folder for programs");
    let python = really("python3", &["-c", "import sys; print(sys.executable)"]);
    symlink(python, programs.join("python3")).expect("link python3");
    for program in ["sh", "git", "cat", "env"] {
        let path = really("sh", &["-c", &format!("command -v {program}")]);
        symlink(path, programs.join(program)).expect("link a program");
    }
    let lab = lab.env("PATH", programs.to_str().expect("a path"));
    let before = lab.tree();
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "alternative", "{events:#?}");
    lab.tree().is_same_as(&before);
}

#[test]
fn a_server_whose_port_is_taken_moves_to_a_free_one() {
    // Held until the end of the test.
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("bind a port");
    let port = taken.local_addr().expect("an address").port();
    let server = format!(
        "const port = process.env.PORT || {port};\n\
         const server = require('http').createServer();\n\
         server.listen(port, '127.0.0.1', () => {{ console.log('listening'); server.close(); }});\n"
    );
    let lab =
        Lab::new("[[stage]]\nname = \"serve\"\nrun = \"node server.js\"\n").file("server.js", &server).committed();
    let before = lab.tree();
    let events = lab.heals(&[]);
    assert_eq!(events.healed_by(), "alternative", "{events:#?}");
    lab.tree().is_same_as(&before);
}
