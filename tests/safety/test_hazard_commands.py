"""What publishes or deploys is known by its command or its action; what only looks so is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from remediate.safety.hazard_actions import publishing_action
from remediate.safety.hazard_commands import publishing_command

PUBLISHES = (
    """
npm publish
npm publish --access public --provenance
npm publish --dry-run=false
npm run publish
npm run release
NODE_AUTH_TOKEN=x npm publish
sudo -E npm publish
pnpm -r publish --no-git-checks
pnpm publish
yarn npm publish
npx semantic-release
npx --yes semantic-release@24
pnpm dlx release-it
npx changeset publish
twine upload dist/*
python -m twine upload --skip-existing dist/*
python setup.py sdist upload
poetry publish --build
uv publish
poetry run twine upload dist/*
maturin publish
cargo publish
cargo publish --token ${{ secrets.T }} -p core
gem push pkg/x.gem
bundle exec rake release
mvn -B deploy
./mvnw --batch-mode -DskipTests deploy
mvn release:perform
./gradlew publish
./gradlew :lib:publish --no-daemon
gradle publishPlugins
sbt ci-release
dotnet nuget push *.nupkg
nuget push x.nupkg
mix hex.publish --yes
dart pub publish --force
pod trunk push X.podspec
goreleaser release --clean
goreleaser
fastlane beta
xcrun altool --upload-app -f x.ipa
docker push ghcr.example/x:1
docker compose push
docker buildx build --push -t x .
docker buildx build -o type=registry .
podman push x
skopeo copy docker://a docker://b
crane push x.tar y
helm push x.tgz oci://r
helm upgrade --install shop ./chart --version 1.2.3
kubectl apply -f k8s/
kubectl -n prod set image deploy/x x=1
kustomize build . | kubectl apply -f -
kubectl apply --dry-run=none -f x
terraform apply -auto-approve
terraform -chdir=infra apply plan.out
tofu destroy -auto-approve
pulumi up --yes
cdk deploy --all
npx cdk deploy
sam deploy
serverless deploy --stage prod
ansible-playbook site.yml
aws s3 sync dist s3://site
aws s3 cp x.zip s3://site/x.zip
aws s3 sync dist ${{ vars.BUCKET }}
aws ecs update-service --cluster c --service s --force-new-deployment
aws lambda update-function-code --function-name f
gsutil -m rsync -r dist gs://site
gcloud run deploy shop --image x
gcloud app deploy
az webapp deploy --name x
firebase deploy --only hosting
netlify deploy --prod
vercel --prod
vercel deploy --prebuilt
npx wrangler deploy
flyctl deploy --remote-only
git push origin v1
git push --follow-tags
git -C site push
gh release create v1 dist/*
gh release upload v1 x.zip
gh workflow run deploy.yml
ssh deploy@host.example 'systemctl restart x'
rsync -az dist/ user@host.example:/srv
scp x.tgz host.example:/tmp/
curl -X POST https://hooks.example/deploy/abc
curl -XPOST https://ci.example/trigger-release
curl -T x.tgz https://files.example/x.tgz
make deploy
make -C site publish
just release
./deploy.sh production
bash scripts/publish.sh
python scripts/release.py
if [ "$x" ]; then npm publish; fi
npm test && npm publish
(cd lib; npm publish)
x=$(npm publish)
bash -c "npm ci && npm publish"
npm ci \\n&& npm publish
echo "a
cap production deploy
mike deploy --push 1.0
mkdocs gh-deploy --force
npx gh-pages -d dist
surge ./dist x.example
eval "npm publish"
""".strip()
    .replace('echo "a\n', "")
    .splitlines()
)

QUIET = """
npm publish --dry-run
npm ci
npm test
npm run build
npm run build:release
npm run test:deploy
npm pack
npm install semantic-release
npm version patch
yarn install
echo "npm publish"
printf 'git push'
# npm publish
npm ci # then npm publish
twine check dist/*
pip install twine
poetry publish --dry-run
poetry build
cargo publish --dry-run
cargo publish -n
cargo build --release
cargo test --release
cargo install cargo-release
mvn -B verify
mvn package -DskipTests
./gradlew build
./gradlew assembleRelease
./gradlew publishToMavenLocal
dotnet publish -c Release
dotnet build -c Release
docker build -t x .
docker build --tag release .
docker buildx build --load .
docker pull x
docker login -u x
docker run --rm x npm test
helm template ./chart
helm lint ./chart
helm upgrade --dry-run x ./chart
kubectl get pods
kubectl apply --dry-run=client -f x
kubectl apply --dry-run=server -f x
terraform plan
terraform init
terraform fmt -check
terraform validate
pulumi preview
cdk synth
cdk diff
ansible-playbook --check site.yml
aws s3 cp s3://site/x.zip .
aws s3 sync s3://site ./site
aws sts get-caller-identity
gsutil cp gs://site/x .
goreleaser build --snapshot
goreleaser release --snapshot --clean
goreleaser release --skip=publish
goreleaser check
vercel build
vercel pull --yes
git fetch --tags
git push --dry-run
git commit -m "release"
git tag v1
gh release view v1
gh release download v1
gh pr list
ssh-keyscan host.example
rsync -a dist/ out/
rsync -az host.example.local/ out
curl -sSf https://x.example/install.sh
curl -X POST http://localhost:8080/deploy
curl -d '{}' https://api.example/check
make test
make build
./test.sh
python -m pytest tests/release
go test ./...
cmake --build . --config Release
xcodebuild -configuration Release
flutter build apk --release
mix release
pytest -k publish
semantic-release --dry-run
npx semantic-release --version
""".strip().splitlines()


@pytest.mark.parametrize("script", [line.replace("\\n", "\\\n") for line in PUBLISHES])
def test_what_publishes_is_known(script: str) -> None:
    assert publishing_command(script)
    assert publishing_command(f"set -eux\ncd web\n  {script}\necho done")


@pytest.mark.parametrize("script", QUIET)
def test_what_only_looks_so_is_not(script: str) -> None:
    assert publishing_command(script) == ""


ACTIONS: dict[str, tuple[str, dict[str, str], bool]] = {
    "pypi": ("pypa/gh-action-pypi-publish@release/v1", {}, True),
    "pypi by hash": ("pypa/gh-action-pypi-publish@" + "a" * 40, {}, True),
    "npm": ("JS-DevTools/npm-publish@v3", {}, True),
    "npm, rehearsed": ("JS-DevTools/npm-publish@v3", {"dry-run": "true"}, False),
    "release": ("softprops/action-gh-release@v2", {}, True),
    "pages": ("actions/deploy-pages@v4", {}, True),
    "image": ("docker/build-push-action@v6", {"push": "true"}, True),
    "image, perhaps": ("docker/build-push-action@v6", {"push": "${{ github.ref == 'x' }}"}, True),
    "image, built": ("docker/build-push-action@v6", {"push": "false"}, False),
    "image, built alone": ("docker/build-push-action@v6", {"tags": "x"}, False),
    "image, by output": ("docker/build-push-action@v6", {"outputs": "type=registry,name=x"}, True),
    "goreleaser": ("goreleaser/goreleaser-action@v6", {"args": "release --clean"}, True),
    "goreleaser, rehearsed": ("goreleaser/goreleaser-action@v6", {"args": "release --snapshot"}, False),
    "goreleaser, checked": ("goreleaser/goreleaser-action@v6", {"args": "check"}, False),
    "semantic-release": ("cycjimmy/semantic-release-action@v4", {}, True),
    "semantic-release, rehearsed": ("cycjimmy/semantic-release-action@v4", {"dry_run": "true"}, False),
    "pulumi": ("pulumi/actions@v6", {"command": "up"}, True),
    "pulumi preview": ("pulumi/actions@v6", {"command": "preview"}, False),
    "script": ("actions/github-script@v7", {"script": "github.rest.repos.createRelease({})"}, True),
    "quiet script": ("actions/github-script@v7", {"script": "console.log(1)"}, False),
    "retried command": ("nick-fields/retry@v3", {"command": "npm publish"}, True),
    "retried test": ("nick-fields/retry@v3", {"command": "npm test"}, False),
    "by its name": ("someone/deploy-to-moon@v1", {}, True),
    "by its folder": ("someone/tools/publish@v1", {}, True),
    "google": ("google-github-actions/deploy-cloudrun@v2", {}, True),
    "ecs": ("aws-actions/amazon-ecs-deploy-task-definition@v2", {}, True),
    "checkout": ("actions/checkout@v4", {}, False),
    "download": ("robinraju/release-downloader@v1", {}, False),
    "drafter": ("release-drafter/release-drafter@v6", {}, False),
    "setup": ("pulumi/setup-pulumi@v2", {}, False),
    "artifact": ("actions/upload-artifact@v4", {"name": "release"}, False),
}


@pytest.mark.parametrize("name", ACTIONS)
def test_actions_are_known_by_name_and_inputs(name: str) -> None:
    uses, inputs, publishes = ACTIONS[name]
    assert bool(publishing_action(uses, inputs)) == publishes


@given(st.text(max_size=200))
def test_any_script_is_read(script: str) -> None:
    publishing_command(script)
    publishing_action(script, {"run": script})
