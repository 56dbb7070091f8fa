# Checks a commit out as actions/checkout does: what it fetched stands on a branch, or detached for a hash.
set -eu
echo "Syncing repository: $REPOSITORY"
cd "$GITHUB_WORKSPACE"
mkdir -p "$PLACE"
cd "$PLACE"
test -d .git || git init -q .
git config gc.auto 0
git remote add origin "$GITHUB_SERVER_URL/$REPOSITORY.git" 2> /dev/null || git remote set-url origin "$GITHUB_SERVER_URL/$REPOSITORY.git"
secret=$(printf 'x-access-token:%s' "$TOKEN" | base64 | tr -d '\n')
echo "::add-mask::$secret"
key="http.$GITHUB_SERVER_URL/.extraheader"
git config --local "$key" "AUTHORIZATION: basic $secret"

if [ -z "$REF" ] && [ "$REPOSITORY" = "$GITHUB_REPOSITORY" ]; then
  REF=$GITHUB_REF want=$GITHUB_SHA
else
  case "$REF" in
    '') want=HEAD ;;
    refs/*) want=$REF ;;
    *) if printf %s "$REF" | grep -qE '^[0-9a-f]{40}$'; then want=$REF
       elif git ls-remote --exit-code origin "refs/heads/$REF" > /dev/null; then REF=refs/heads/$REF want=$REF
       else REF=refs/tags/$REF want=$REF
       fi ;;
  esac
fi
set -- --no-tags --prune --no-recurse-submodules --quiet
test "$DEPTH" = 0 || set -- "$@" "--depth=$DEPTH"
test -z "$FILTER" || set -- "$@" "--filter=$FILTER"
echo "[command]/usr/bin/git -c protocol.version=2 fetch $* origin $want"
git -c protocol.version=2 fetch "$@" origin "$want"
found=$(git rev-parse --verify "FETCH_HEAD^{commit}")
test "$DEPTH" != 0 || git fetch --quiet origin '+refs/heads/*:refs/remotes/origin/*' '+refs/tags/*:refs/tags/*'
case "$REF" in
  refs/heads/*)
    branch=${REF#refs/heads/}
    git update-ref "refs/remotes/origin/$branch" "$found"
    git checkout --quiet --force -B "$branch" "refs/remotes/origin/$branch" ;;
  *) git checkout --quiet --force --detach "$found" ;;
esac
test "$PERSIST" = true || git config --local --unset-all "$key"
echo "[command]/usr/bin/git log -1 --format=%H"
git log -1 --format=%H
echo "commit=$(git log -1 --format=%H)" >> "$GITHUB_OUTPUT"
