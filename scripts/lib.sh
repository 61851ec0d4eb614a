# What the scripts share: where things live, which compiler is used, and how they speak. Sourced, never run.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

# Everything that takes long to make is kept here, so that a fresh clone is quick. KLASSRUM_CACHE moves it.
CACHE=${KLASSRUM_CACHE:-$HOME/.cache/klassrum}
TOOLS=$CACHE/tools
DEBIAN_RUST=$CACHE/debian-rust
export CARGO_TARGET_DIR=${CARGO_TARGET_DIR:-$CACHE/target}
# The app's own tools come first: trunk takes cargo, rustc, wasm-bindgen and wasm-opt from PATH.
export PATH=$TOOLS/bin:$PWD/tests/browser/node_modules/.bin:$PATH

say() {
  if [[ -t 1 ]]; then printf '\033[1m%s\033[0m\n' "$*"; else printf '%s\n' "$*"; fi
}

fail() {
  printf '\n%s\n' "$*" >&2
  exit 1
}

has() {
  command -v "$1" >/dev/null
}

# Puts the compiler that setup chose first on PATH. Debian's stands in /usr/bin, which may come after another one.
use_chosen_compiler() {
  if [[ $(cat "$CACHE/compiler" 2>/dev/null) == debian ]]; then
    export PATH=$DEBIAN_RUST/bin:$PATH
  fi
}

# Whether the compiler on PATH can make wasm.
makes_wasm() {
  local library
  library=$(rustc --print target-libdir --target wasm32-unknown-unknown 2>/dev/null) || return 1
  compgen -G "$library/libstd-*.rlib" >/dev/null
}
