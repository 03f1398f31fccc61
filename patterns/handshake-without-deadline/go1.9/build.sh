#!/bin/sh
# Builds before and after with Go 1.9.7 into the folder given:
#
#	go1.9/build.sh OUT
#
# Go 1.9 knows no modules, so the sources and the golang.org/x/crypto of early
# 2018 are laid out in a GOPATH that is removed afterwards. The Go command on
# the PATH fetches both the old toolchain, unless GOROOT_1_9 names one, and the
# old package; nothing of them is kept in this repository. In 1.9 a dialer without a KeepAlive sends no
# keepalive probes; since 1.13 it does.
set -eu

out=${1:?usage: build.sh OUT}
mkdir -p "$out"
out=$(cd "$out" && pwd)
module=$(cd "$(dirname "$0")/.." && pwd)

# The folder of a downloaded module.
fetch() {
	(cd / && go mod download -json "$1") | sed -n 's/^[[:space:]]*"Dir": "\(.*\)",$/\1/p'
}

crypto=$(fetch golang.org/x/crypto@v0.0.0-20180403160946-b2aa35443fbc)

gopath=$(mktemp -d)
trap 'chmod -R u+w "$gopath"; rm -rf "$gopath"' EXIT
mkdir -p "$gopath/src/golang.org/x" "$gopath/src/example.com/hostcheck"
toolchain=${GOROOT_1_9:-}
if [ -z "$toolchain" ]; then
	# A downloaded module has no executable files.
	toolchain=$gopath/toolchain
	cp -r "$(fetch golang.org/toolchain@v0.0.1-go1.9.7.linux-amd64)" "$toolchain"
	chmod -R u+w "$toolchain"
	chmod +x "$toolchain"/bin/* "$toolchain"/pkg/tool/*/*
fi
cp -r "$crypto" "$gopath/src/golang.org/x/crypto"
cp -r "$module/before" "$module/after" "$module/internal" "$gopath/src/example.com/hostcheck/"

for twin in before after; do
	GOROOT=$toolchain GOPATH=$gopath CGO_ENABLED=0 "$toolchain/bin/go" build \
		-o "$out/$twin" "example.com/hostcheck/$twin"
done
