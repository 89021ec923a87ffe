"""alibabacloud_credentials: keys by credentials URI, by AssumeRole, by AssumeRoleWithOIDC and by its default chain.

It always calls STS over https and trusts what `certifi` names, so the simulator's certificate authority is put there,
as whoever packages `requests` would. It reads its environment when it is imported: everything is set before.
"""

import os
import tempfile

import certifi

from journey import caught, finish, main


def prepare(setup, folder):
    authority = os.path.join(folder, "ca.pem")
    with open(authority, "w", encoding="ascii") as file:
        file.write(setup["ca"])
    certifi.where = lambda: authority
    for name in [name for name in os.environ if name.startswith("ALIBABA_CLOUD_")]:
        del os.environ[name]
    os.environ.update({
        "HOME": folder,
        "ALIBABA_CLOUD_ECS_METADATA_DISABLED": "true",
        "ALIBABA_CLOUD_CREDENTIALS_URI": setup["credentials_uri"],
    })
    token = os.path.join(folder, "token")
    with open(token, "w", encoding="ascii") as file:
        file.write(setup["platform"]["token"])
    return token


def journey(setup):
    with tempfile.TemporaryDirectory() as folder:
        return travel(setup, prepare(setup, folder))


def travel(setup, token_file):
    from alibabacloud_credentials.client import Client
    from alibabacloud_credentials.exceptions import CredentialException
    from alibabacloud_credentials.models import Config
    from alibabacloud_credentials.provider import OIDCRoleArnCredentialsProvider, RamRoleArnCredentialsProvider
    from alibabacloud_r_kvstore20150101 import models
    from alibabacloud_r_kvstore20150101.client import Client as Redis
    from alibabacloud_tea_openapi.utils_models import Config as RedisConfig

    account, sts = setup["account"], setup["tls"].removeprefix("https://")
    role = {"role_arn": setup["role_arn"], "sts_endpoint": sts}
    keys = {"access_key_id": account["access_key_id"], "access_key_secret": account["access_key_secret"]}

    def switch(credential, mode):
        """A change, signed with that credential; says where the credential came from."""
        host = setup["endpoint"].removeprefix("http://")
        cloud = Redis(RedisConfig(credential=credential, region_id=setup["region"], endpoint=host, protocol="HTTP"))
        request = models.ModifyInstanceVpcAuthModeRequest(instance_id=setup["instance"], vpc_auth_mode=mode)
        cloud.modify_instance_vpc_auth_mode(request)
        finish(setup)
        return credential.get_credential().get_provider_name()

    by_role = RamRoleArnCredentialsProvider(**keys, **role, role_session_name="lin.wei", duration_seconds=900,
                                            policy=setup["policy"], external_id=setup["external_id"])
    chained = RamRoleArnCredentialsProvider(credentials_provider=by_role, **role, role_session_name="zhao.min",
                                            external_id=setup["external_id"])
    with_token = OIDCRoleArnCredentialsProvider(
        **role, oidc_provider_arn=setup["platform"]["provider_arn"], oidc_token_file_path=token_file,
        role_session_name="pod-7")
    config = Config(type="credentials_uri", credentials_uri=setup["credentials_uri"])
    seen = {
        "uri": switch(Client(config), "Close"),
        "role": switch(Client(provider=by_role), "Open"),
        "chained": switch(Client(provider=chained), "Close"),
        "oidc": switch(Client(provider=with_token), "Open"),
        "default": switch(Client(), "Close"),
    }

    def refused(**more):
        provider = RamRoleArnCredentialsProvider(**{**keys, **role, "role_session_name": "ab", **more})
        return str(caught(provider.get_credentials, CredentialException))

    seen["wrong_secret"] = refused(access_key_secret="wrong")
    seen["no_such_role"] = refused(role_arn=setup["role_arn"] + "-2")
    seen["not_trusted"] = refused(external_id="another")
    seen["too_long"] = refused(duration_seconds=43200, external_id=setup["external_id"])
    return seen


main(journey)
