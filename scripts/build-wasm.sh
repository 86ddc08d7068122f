#!/bin/sh
# Rebuilds native/pkg, the committed wasm package, from native/. Only who changes native/ needs it.
#
# Needs wasm-pack 0.15 and wasm-bindgen-cli of the version in native/Cargo.toml, and a Rust with wasm32's standard
# library: rustup's where its target is installed (`rustup target add wasm32-unknown-unknown`), else Debian's packages
# rustc-web cargo-web rust-web-src lld-22, which build the standard library with the crate.
set -eu

native=$(cd "$(dirname "$0")/../native" && pwd)
cargo_home=${CARGO_HOME:-$HOME/.cargo}
PATH=$cargo_home/bin:$PATH

# No path of this machine belongs into the package; panic messages would carry them.
RUSTFLAGS="-C target-feature=+simd128 --remap-path-prefix=$native=/native"
for sources in "$cargo_home"/registry/src/*; do
  RUSTFLAGS="$RUSTFLAGS --remap-path-prefix=$sources=/crates"
done

if ! rustup target list --installed 2>/dev/null | grep -qx wasm32-unknown-unknown; then
  PATH=/usr/bin:$PATH
  RUSTC=/usr/bin/rustc
  RUSTC_BOOTSTRAP=1
  CARGO_UNSTABLE_BUILD_STD=std,panic_abort
  CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER=wasm-ld-22
  export RUSTC RUSTC_BOOTSTRAP CARGO_UNSTABLE_BUILD_STD CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER
  # wasm-pack looks for the standard library in the toolchain's folder, although it is built with the crate.
  mkdir -p /usr/lib/rustlib/wasm32-unknown-unknown/lib
fi
export PATH RUSTFLAGS

(cd "$native" && cargo fetch --locked)
rm -rf "$native/pkg"
wasm-pack build "$native" --release --target nodejs --mode no-install --no-opt --out-dir pkg -- --locked
rm "$native/pkg/.gitignore"

# What test/native.test.ts compares: a line per source file, as sha256sum writes it, in byte order of the names.
cd "$native"
LC_ALL=C find .cargo Cargo.lock Cargo.toml src -type f | LC_ALL=C sort | xargs sha256sum > pkg/SOURCES.sha256
ls -l pkg
