"""aliyun-python-sdk-core: V1, any action by name."""

import json

from aliyunsdkcore.acs_exception.exceptions import ServerException
from aliyunsdkcore.auth.credentials import StsTokenCredential
from aliyunsdkcore.client import AcsClient
from aliyunsdkcore.request import CommonRequest, RpcRequest

from journey import caught, finish, main


def client(setup, identity, secret=None):
    secret = secret or identity["access_key_secret"]
    if "security_token" in identity:
        token = StsTokenCredential(identity["access_key_id"], secret, identity["security_token"])
        return AcsClient(region_id=setup["region"], credential=token)
    return AcsClient(identity["access_key_id"], secret, setup["region"])


def ask(cloud, setup, action, version="2015-01-01", method="POST", **parameters):
    request = CommonRequest()
    request.set_domain(setup["endpoint"].removeprefix("http://"))
    request.set_protocol_type("http")
    request.set_accept_format("json")
    request.set_method(method)
    request.set_version(version)
    request.set_action_name(action)
    for name, value in parameters.items():
        request.add_query_param(name, value)
    return json.loads(cloud.do_action_with_exception(request))


def listed(cloud, setup):
    ids, page = [], 1
    while True:
        body = ask(cloud, setup, "DescribeInstances", method="GET", PageNumber=page, PageSize=50)
        ids += [row["InstanceId"] for row in body["Instances"]["KVStoreInstance"]]
        if page * body["PageSize"] >= body["TotalCount"]:
            return ids
        page += 1


def state(cloud, setup, instance):
    body = ask(cloud, setup, "DescribeInstanceAttribute", InstanceId=instance)
    row = body["Instances"]["DBInstanceAttribute"][0]
    return [row["InstanceStatus"], row["VpcAuthMode"]]


def regions(cloud, setup):
    """A request of the older kind, which remembers what it signed and compares it with what a refusal echoes."""
    request = RpcRequest("R-kvstore", "2015-01-01", "DescribeRegions")
    request.set_endpoint(setup["endpoint"].removeprefix("http://"))
    request.set_protocol_type("http")
    return json.loads(cloud.do_action_with_exception(request))["RegionIds"]["KVStoreRegion"]


def failure(call):
    exception = caught(call, ServerException)
    return {
        "exception": type(exception).__name__,
        "code": exception.get_error_code(),
        "status": exception.get_http_status(),
        "request_id": exception.get_request_id(),
    }


def journey(setup):
    cloud = client(setup, setup["account"])
    instance = setup["instance"]
    seen = {"listed": listed(cloud, setup), "before": state(cloud, setup, instance)}

    change = {"InstanceId": instance, "VpcAuthMode": "Close"}
    seen["request_id"] = ask(cloud, setup, "ModifyInstanceVpcAuthMode", **change)["RequestId"]
    seen["during"] = state(cloud, setup, instance)
    finish(setup)
    seen["after"] = state(cloud, setup, instance)
    seen["caller"] = ask(cloud, setup, "GetCallerIdentity", version="2015-04-01")["IdentityType"]

    seen["wrong_secret"] = failure(lambda: state(client(setup, setup["account"], "wrong"), setup, instance))
    seen["regions"] = [row["RegionId"] for row in regions(cloud, setup)]
    seen["only_the_secret_is_wrong"] = failure(lambda: regions(client(setup, setup["account"], "wrong"), setup))
    seen["unknown_id"] = failure(lambda: state(cloud, setup, "r-nobody"))
    seen["throttled"] = failure(lambda: state(cloud, setup, setup["throttled"]))
    temporary = client(setup, setup["temporary"])
    seen["with_token"] = state(temporary, setup, instance)
    seen["caller_with_token"] = ask(temporary, setup, "GetCallerIdentity", version="2015-04-01")["IdentityType"]
    seen["expired_token"] = failure(lambda: state(client(setup, setup["expired"]), setup, instance))
    return seen


main(journey)
