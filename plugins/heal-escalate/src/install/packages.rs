//! The table: which package of Debian, Fedora, Alpine and Homebrew brings what builds of C and C++ ask for. Names as in
//! Debian 12, Fedora 40, Alpine 3.20 and Homebrew in 2024.

/// One package and what it is asked for by.
pub struct Package {
    /// Headers; `directory/` stands for all in it.
    pub headers: &'static [&'static str],
    /// Libraries, as behind `-l`.
    pub libraries: &'static [&'static str],
    /// Names for pkg-config, CMake and Meson, in any case.
    pub modules: &'static [&'static str],
    /// Programs.
    pub programs: &'static [&'static str],
    /// Package of Debian and Ubuntu.
    pub apt: &'static str,
    /// Package of Fedora and RHEL.
    pub dnf: &'static str,
    /// Package of Alpine.
    pub apk: &'static str,
    /// Formula of Homebrew; empty where macOS has it.
    pub brew: &'static str,
}

/// A development package.
const fn library(
    headers: &'static [&'static str],
    libraries: &'static [&'static str],
    modules: &'static [&'static str],
    names: [&'static str; 4],
) -> Package {
    let [apt, dnf, apk, brew] = names;
    Package { headers, libraries, modules, programs: &[], apt, dnf, apk, brew }
}

/// A package of programs.
const fn program(programs: &'static [&'static str], names: [&'static str; 4]) -> Package {
    let [apt, dnf, apk, brew] = names;
    Package { headers: &[], libraries: &[], modules: programs, programs, apt, dnf, apk, brew }
}

/// All packages.
pub const PACKAGES: &[Package] = &[
    library(&["zlib.h", "zconf.h"], &["z"], &["zlib"], ["zlib1g-dev", "zlib-devel", "zlib-dev", "zlib"]),
    library(&["bzlib.h"], &["bz2"], &["bzip2"], ["libbz2-dev", "bzip2-devel", "bzip2-dev", "bzip2"]),
    library(&["lzma.h", "lzma/"], &["lzma"], &["liblzma"], ["liblzma-dev", "xz-devel", "xz-dev", "xz"]),
    library(&["zstd.h"], &["zstd"], &["libzstd"], ["libzstd-dev", "libzstd-devel", "zstd-dev", "zstd"]),
    library(&["lz4.h"], &["lz4"], &["liblz4"], ["liblz4-dev", "lz4-devel", "lz4-dev", "lz4"]),
    library(
        &["openssl/"],
        &["ssl", "crypto"],
        &["openssl", "libssl", "libcrypto"],
        ["libssl-dev", "openssl-devel", "openssl-dev", "openssl@3"],
    ),
    library(&["curl/"], &["curl"], &["libcurl"], ["libcurl4-openssl-dev", "libcurl-devel", "curl-dev", "curl"]),
    library(&["ffi.h"], &["ffi"], &["libffi"], ["libffi-dev", "libffi-devel", "libffi-dev", "libffi"]),
    library(&["sqlite3.h"], &["sqlite3"], &["sqlite3"], ["libsqlite3-dev", "sqlite-devel", "sqlite-dev", "sqlite"]),
    library(
        &["libpq-fe.h", "postgres_ext.h"],
        &["pq"],
        &["libpq", "postgresql"],
        ["libpq-dev", "libpq-devel", "libpq-dev", "libpq"],
    ),
    library(
        &["mysql.h", "mysql/", "mariadb/"],
        &["mysqlclient", "mariadb"],
        &["mysqlclient", "libmariadb"],
        ["default-libmysqlclient-dev", "mariadb-connector-c-devel", "mariadb-connector-c-dev", "mysql-client"],
    ),
    library(
        &["libxml/"],
        &["xml2"],
        &["libxml-2.0", "libxml2"],
        ["libxml2-dev", "libxml2-devel", "libxml2-dev", "libxml2"],
    ),
    library(&["libxslt/"], &["xslt"], &["libxslt"], ["libxslt1-dev", "libxslt-devel", "libxslt-dev", "libxslt"]),
    library(&["expat.h"], &["expat"], &["expat"], ["libexpat1-dev", "expat-devel", "expat-dev", "expat"]),
    library(&["yaml.h"], &["yaml"], &["yaml-0.1"], ["libyaml-dev", "libyaml-devel", "yaml-dev", "libyaml"]),
    library(&["json-c/"], &["json-c"], &["json-c"], ["libjson-c-dev", "json-c-devel", "json-c-dev", "json-c"]),
    library(&["jansson.h"], &["jansson"], &["jansson"], ["libjansson-dev", "jansson-devel", "jansson-dev", "jansson"]),
    library(
        &["png.h"],
        &["png", "png16"],
        &["libpng", "libpng16", "png"],
        ["libpng-dev", "libpng-devel", "libpng-dev", "libpng"],
    ),
    library(
        &["jpeglib.h", "jconfig.h"],
        &["jpeg"],
        &["libjpeg", "jpeg"],
        ["libjpeg-dev", "libjpeg-turbo-devel", "libjpeg-turbo-dev", "jpeg-turbo"],
    ),
    library(
        &["tiffio.h", "tiff.h"],
        &["tiff"],
        &["libtiff-4", "tiff"],
        ["libtiff-dev", "libtiff-devel", "tiff-dev", "libtiff"],
    ),
    library(&["webp/"], &["webp"], &["libwebp"], ["libwebp-dev", "libwebp-devel", "libwebp-dev", "webp"]),
    library(
        &["ft2build.h", "freetype2/"],
        &["freetype"],
        &["freetype2", "freetype"],
        ["libfreetype-dev", "freetype-devel", "freetype-dev", "freetype"],
    ),
    library(
        &["fontconfig/"],
        &["fontconfig"],
        &["fontconfig"],
        ["libfontconfig-dev", "fontconfig-devel", "fontconfig-dev", "fontconfig"],
    ),
    library(&["cairo.h", "cairo/"], &["cairo"], &["cairo"], ["libcairo2-dev", "cairo-devel", "cairo-dev", "cairo"]),
    library(
        &["pango/"],
        &["pango-1.0"],
        &["pango", "pangocairo"],
        ["libpango1.0-dev", "pango-devel", "pango-dev", "pango"],
    ),
    library(
        &["glib.h", "glib/", "gio/", "glib-object.h"],
        &["glib-2.0", "gobject-2.0", "gio-2.0"],
        &["glib-2.0", "gobject-2.0", "gio-2.0"],
        ["libglib2.0-dev", "glib2-devel", "glib-dev", "glib"],
    ),
    library(&["gtk/"], &["gtk-3"], &["gtk+-3.0", "gtk3"], ["libgtk-3-dev", "gtk3-devel", "gtk+3.0-dev", "gtk+3"]),
    library(&["X11/"], &["X11"], &["x11"], ["libx11-dev", "libX11-devel", "libx11-dev", "libx11"]),
    library(&["GL/"], &["GL"], &["gl", "opengl"], ["libgl-dev", "mesa-libGL-devel", "mesa-dev", ""]),
    library(&["SDL2/", "SDL.h"], &["SDL2"], &["sdl2"], ["libsdl2-dev", "SDL2-devel", "sdl2-dev", "sdl2"]),
    library(&["alsa/"], &["asound"], &["alsa"], ["libasound2-dev", "alsa-lib-devel", "alsa-lib-dev", ""]),
    library(&["libudev.h"], &["udev"], &["libudev"], ["libudev-dev", "systemd-devel", "eudev-dev", ""]),
    library(
        &["libusb.h", "libusb-1.0/"],
        &["usb-1.0"],
        &["libusb-1.0"],
        ["libusb-1.0-0-dev", "libusb1-devel", "libusb-dev", "libusb"],
    ),
    library(&["dbus/"], &["dbus-1"], &["dbus-1"], ["libdbus-1-dev", "dbus-devel", "dbus-dev", "dbus"]),
    library(&["systemd/"], &["systemd"], &["libsystemd"], ["libsystemd-dev", "systemd-devel", "", ""]),
    library(&["pcap.h", "pcap/"], &["pcap"], &["libpcap"], ["libpcap-dev", "libpcap-devel", "libpcap-dev", "libpcap"]),
    library(
        &["ncurses.h", "curses.h", "term.h"],
        &["ncurses", "ncursesw", "tinfo", "curses"],
        &["ncurses", "ncursesw", "curses"],
        ["libncurses-dev", "ncurses-devel", "ncurses-dev", "ncurses"],
    ),
    library(
        &["readline/"],
        &["readline"],
        &["readline"],
        ["libreadline-dev", "readline-devel", "readline-dev", "readline"],
    ),
    library(&["gmp.h", "gmpxx.h"], &["gmp"], &["gmp"], ["libgmp-dev", "gmp-devel", "gmp-dev", "gmp"]),
    library(&["mpfr.h"], &["mpfr"], &["mpfr"], ["libmpfr-dev", "mpfr-devel", "mpfr-dev", "mpfr"]),
    library(&["gsl/"], &["gsl"], &["gsl"], ["libgsl-dev", "gsl-devel", "gsl-dev", "gsl"]),
    library(
        &["cblas.h"],
        &["blas", "openblas"],
        &["blas", "openblas"],
        ["libopenblas-dev", "openblas-devel", "openblas-dev", "openblas"],
    ),
    library(&["lapacke.h"], &["lapack"], &["lapack"], ["liblapack-dev", "lapack-devel", "lapack-dev", "lapack"]),
    library(&["fftw3.h"], &["fftw3"], &["fftw3"], ["libfftw3-dev", "fftw-devel", "fftw-dev", "fftw"]),
    library(&["hdf5.h"], &["hdf5"], &["hdf5"], ["libhdf5-dev", "hdf5-devel", "hdf5-dev", "hdf5"]),
    library(&["Eigen/", "eigen3/"], &[], &["eigen3", "eigen"], ["libeigen3-dev", "eigen3-devel", "eigen-dev", "eigen"]),
    library(
        &["boost/"],
        &["boost_system", "boost_filesystem", "boost_thread", "boost_program_options"],
        &["boost"],
        ["libboost-all-dev", "boost-devel", "boost-dev", "boost"],
    ),
    library(&["fmt/"], &["fmt"], &["fmt"], ["libfmt-dev", "fmt-devel", "fmt-dev", "fmt"]),
    library(&["spdlog/"], &["spdlog"], &["spdlog"], ["libspdlog-dev", "spdlog-devel", "spdlog-dev", "spdlog"]),
    library(
        &["nlohmann/"],
        &[],
        &["nlohmann_json"],
        ["nlohmann-json3-dev", "json-devel", "nlohmann-json", "nlohmann-json"],
    ),
    library(
        &["gtest/", "gmock/"],
        &["gtest", "gmock", "gtest_main"],
        &["gtest", "googletest"],
        ["libgtest-dev", "gtest-devel", "gtest-dev", "googletest"],
    ),
    library(
        &["benchmark/"],
        &["benchmark"],
        &["benchmark"],
        ["libbenchmark-dev", "google-benchmark-devel", "benchmark-dev", "google-benchmark"],
    ),
    library(
        &["google/"],
        &["protobuf"],
        &["protobuf"],
        ["libprotobuf-dev", "protobuf-devel", "protobuf-dev", "protobuf"],
    ),
    library(
        &["grpcpp/"],
        &["grpc++", "grpc"],
        &["grpc", "grpc++"],
        ["libgrpc++-dev", "grpc-devel", "grpc-dev", "grpc"],
    ),
    library(&["uv.h"], &["uv"], &["libuv"], ["libuv1-dev", "libuv-devel", "libuv-dev", "libuv"]),
    library(
        &["event2/", "event.h"],
        &["event"],
        &["libevent"],
        ["libevent-dev", "libevent-devel", "libevent-dev", "libevent"],
    ),
    library(&["zmq.h"], &["zmq"], &["libzmq"], ["libzmq3-dev", "zeromq-devel", "zeromq-dev", "zeromq"]),
    library(&["git2.h", "git2/"], &["git2"], &["libgit2"], ["libgit2-dev", "libgit2-devel", "libgit2-dev", "libgit2"]),
    library(
        &["sodium.h"],
        &["sodium"],
        &["libsodium"],
        ["libsodium-dev", "libsodium-devel", "libsodium-dev", "libsodium"],
    ),
    library(&["pcre2.h"], &["pcre2-8"], &["libpcre2-8"], ["libpcre2-dev", "pcre2-devel", "pcre2-dev", "pcre2"]),
    library(&["uuid/"], &["uuid"], &["uuid"], ["uuid-dev", "libuuid-devel", "util-linux-dev", ""]),
    library(
        &["ldap.h", "lber.h"],
        &["ldap", "lber"],
        &["ldap"],
        ["libldap-dev", "openldap-devel", "openldap-dev", "openldap"],
    ),
    library(&["sasl/"], &["sasl2"], &["libsasl2"], ["libsasl2-dev", "cyrus-sasl-devel", "cyrus-sasl-dev", ""]),
    library(
        &["krb5.h", "gssapi/"],
        &["krb5", "gssapi_krb5"],
        &["krb5", "gssapi"],
        ["libkrb5-dev", "krb5-devel", "krb5-dev", "krb5"],
    ),
    library(&["sys/capability.h"], &["cap"], &["libcap"], ["libcap-dev", "libcap-devel", "libcap-dev", ""]),
    library(
        &["seccomp.h"],
        &["seccomp"],
        &["libseccomp"],
        ["libseccomp-dev", "libseccomp-devel", "libseccomp-dev", ""],
    ),
    library(
        &["libelf.h", "gelf.h"],
        &["elf"],
        &["libelf"],
        ["libelf-dev", "elfutils-libelf-devel", "elfutils-dev", "libelf"],
    ),
    library(
        &["archive.h"],
        &["archive"],
        &["libarchive"],
        ["libarchive-dev", "libarchive-devel", "libarchive-dev", "libarchive"],
    ),
    library(
        &["Python.h"],
        &["python3"],
        &["python3", "python3-embed"],
        ["python3-dev", "python3-devel", "python3-dev", "python"],
    ),
    library(&["llvm/", "llvm-c/"], &["LLVM"], &["llvm"], ["llvm-dev", "llvm-devel", "llvm-dev", "llvm"]),
    program(&["gcc", "cc", "g++", "c++", "ld", "as"], ["build-essential", "gcc gcc-c++ make", "build-base", ""]),
    program(&["make", "gmake"], ["make", "make", "make", "make"]),
    program(&["cmake"], ["cmake", "cmake", "cmake", "cmake"]),
    program(&["ninja"], ["ninja-build", "ninja-build", "ninja", "ninja"]),
    program(&["meson"], ["meson", "meson", "meson", "meson"]),
    program(&["clang", "clang++"], ["clang", "clang", "clang", "llvm"]),
    program(
        &["clang-format", "clang-tidy"],
        ["clang-format clang-tidy", "clang-tools-extra", "clang-extra-tools", "clang-format"],
    ),
    program(&["pkg-config", "pkgconf"], ["pkg-config", "pkgconf-pkg-config", "pkgconf", "pkgconf"]),
    program(&["autoconf", "autoreconf"], ["autoconf", "autoconf", "autoconf", "autoconf"]),
    program(&["automake", "aclocal"], ["automake", "automake", "automake", "automake"]),
    program(&["libtool", "libtoolize"], ["libtool", "libtool", "libtool", "libtool"]),
    program(&["bison", "yacc"], ["bison", "bison", "bison", "bison"]),
    program(&["flex", "lex"], ["flex", "flex", "flex", "flex"]),
    program(&["gettext", "msgfmt", "xgettext"], ["gettext", "gettext", "gettext", "gettext"]),
    program(&["gperf"], ["gperf", "gperf", "gperf", "gperf"]),
    program(&["nasm"], ["nasm", "nasm", "nasm", "nasm"]),
    program(&["swig"], ["swig", "swig", "swig", "swig"]),
    program(&["protoc"], ["protobuf-compiler", "protobuf-compiler", "protoc", "protobuf"]),
    program(&["doxygen"], ["doxygen", "doxygen", "doxygen", "doxygen"]),
    program(&["valgrind"], ["valgrind", "valgrind", "valgrind", "valgrind"]),
    program(&["gdb"], ["gdb", "gdb", "gdb", "gdb"]),
    program(&["lcov", "genhtml"], ["lcov", "lcov", "lcov", "lcov"]),
    program(&["ccache"], ["ccache", "ccache", "ccache", "ccache"]),
    program(&["git-lfs"], ["git-lfs", "git-lfs", "git-lfs", "git-lfs"]),
    program(&["jq"], ["jq", "jq", "jq", "jq"]),
    program(&["rsync"], ["rsync", "rsync", "rsync", "rsync"]),
    program(&["unzip"], ["unzip", "unzip", "unzip", "unzip"]),
    program(&["zip"], ["zip", "zip", "zip", "zip"]),
    program(&["curl"], ["curl", "curl", "curl", "curl"]),
    program(&["wget"], ["wget", "wget", "wget", "wget"]),
    program(&["xz"], ["xz-utils", "xz", "xz", "xz"]),
    program(&["bc"], ["bc", "bc", "bc", "bc"]),
    program(&["shellcheck"], ["shellcheck", "ShellCheck", "shellcheck", "shellcheck"]),
    program(
        &["psql", "pg_config", "pg_isready"],
        ["postgresql-client libpq-dev", "postgresql libpq-devel", "postgresql-client libpq-dev", "libpq"],
    ),
    program(&["sqlite3"], ["sqlite3", "sqlite", "sqlite", "sqlite"]),
    program(&["mvn"], ["maven", "maven", "maven", "maven"]),
    program(&["java", "javac"], ["default-jdk-headless", "java-latest-openjdk-devel", "openjdk17-jdk", "openjdk"]),
    program(&["go"], ["golang-go", "golang", "go", "go"]),
    program(&["zdump"], ["tzdata", "tzdata", "tzdata", ""]),
    program(&["xvfb-run", "Xvfb"], ["xvfb xauth", "xorg-x11-server-Xvfb", "xvfb-run", ""]),
];
