# What `run` and `test` both need of a machine: versions, system packages, stages with their minutes.
# Sourced, never run. Nothing here touches a person's own data.

export CARGO_TERM_COLOR=${CARGO_TERM_COLOR:-auto}
STAGES=()

say() { printf '%s\n' "$*"; }
stop() { printf '\n%s\n' "$*" >&2; exit 1; }

# stage NAME COMMAND…: runs it, prints its minutes; a failing stage ends the script and says which.
stage() {
  local name=$1 began=$SECONDS; shift
  printf '\n== %s\n' "$name"
  "$@" || stop "== $name: failed after $(minutes $((SECONDS - began))). What went wrong stands above."
  STAGES+=("$(printf '%-34s %s' "$name" "$(minutes $((SECONDS - began)))")")
  printf '== %s: %s\n' "$name" "$(minutes $((SECONDS - began)))"
}
minutes() { printf '%d:%02d min' $(($1 / 60)) $(($1 % 60)); }
stages_done() { printf '\nMinutes by stage\n'; printf '  %s\n' "${STAGES[@]}"; printf '  %-34s %s\n' all "$(minutes $SECONDS)"; }

# at_least HAVE WANT: compares dotted versions.
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

versions() {
  local have
  command -v cargo >/dev/null || stop "Rust is missing. Install it: https://rustup.rs, then open a new terminal."
  have=$(rustc --version | awk '{print $2}')
  at_least "$have" 1.94.0 || stop "Rust $have is too old; 1.94 or newer is needed. Mend it with: rustup update stable"
  command -v node >/dev/null || stop "Node.js is missing; 20.19 or newer is needed. Install it: https://nodejs.org"
  have=$(node --version | tr -d v)
  at_least "$have" 20.19.0 || stop "Node.js $have is too old; 20.19 or newer is needed. Install it: https://nodejs.org"
  say "Rust $(rustc --version | awk '{print $2}'), Node.js $(node --version | tr -d v): good."
}

# Which system this is; only Debian's family is set up by the script itself.
system_or_stop() {
  case "$(uname -s)" in
    Linux) command -v apt-get >/dev/null || stop "This script installs packages with apt-get, which this Linux lacks.
Install what Tauri 2 needs (WebKitGTK 4.1, libxdo, librsvg, a C compiler, pkg-config), then run: cargo build --workspace" ;;
    Darwin) command -v xcrun >/dev/null && xcrun --find cc >/dev/null 2>&1 || stop "The Xcode command line tools are missing. Install them with: xcode-select --install" ;;
    *) stop "On Windows, install the Visual Studio C++ build tools and the WebView2 runtime, then run in Git Bash:
  npm --prefix ui ci && npm --prefix ui run build && cargo run -p recovery-desk-app" ;;
  esac
}

BUILD_PACKAGES="build-essential libwebkit2gtk-4.1-dev libxdo-dev librsvg2-dev libayatana-appindicator3-dev libssl-dev pkg-config file"
TEST_PACKAGES="xvfb xauth webkit2gtk-driver dbus dbus-x11 gnome-keyring libsecret-tools chromium chromium-driver postgresql python3-venv openssl imagemagick"

missing_packages() {
  local package
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || printf '%s ' "$package"
  done
}

# packages NAME…: installs what is missing; says which and how large; asks on a terminal, goes ahead otherwise.
packages() {
  [ "$(uname -s)" = Linux ] || return 0
  local missing as_root=() answer
  missing=$(missing_packages "$@")
  [ -n "$missing" ] || { say "All system packages are here."; return 0; }
  [ "$(id -u)" = 0 ] || as_root=(sudo)
  "${as_root[@]}" apt-get update -q >/dev/null || return 1
  say "System packages to install: $missing"
  # shellcheck disable=SC2086
  LC_ALL=C apt-get install --no-install-recommends --assume-no $missing 2>/dev/null | grep -E '^(Need to get|After this operation)' || true
  if [ -t 0 ] && [ -z "${CI:-}" ]; then
    read -r -p "Install them? [Y/n] " answer
    case "$answer" in [nN]*) stop "Nothing was installed. Install the packages above yourself and start again." ;; esac
  fi
  # shellcheck disable=SC2086
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends \
    -o DPkg::Lock::Timeout=500 $missing >"$(log_of packages)" 2>&1 || { tail -n 20 "$(log_of packages)"; return 1; }
}

log_of() { mkdir -p target/logs; printf 'target/logs/%s.log' "$1"; }

# The window's pages; built again only when their sources changed.
build_ui() {
  local stamp
  stamp=$(git ls-files -s -- ui 2>/dev/null | sha256sum; git diff -- ui 2>/dev/null | sha256sum)
  if [ -f ui/dist/index.html ] && [ -f target/ui.stamp ] && [ "$stamp" = "$(cat target/ui.stamp)" ]; then
    say "ui/dist is up to date."
    return 0
  fi
  npm --prefix ui ci --ignore-scripts --no-audit --no-fund --loglevel=error && npm --prefix ui run build || return 1
  mkdir -p target && printf '%s' "$stamp" >target/ui.stamp
}
