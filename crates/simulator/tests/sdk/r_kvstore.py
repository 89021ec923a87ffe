"""alibabacloud_r_kvstore20150101: V3 by default, V1 where the setup says so."""

from alibabacloud_r_kvstore20150101 import models
from alibabacloud_r_kvstore20150101.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.utils_models import Config

from journey import caught, finish, main


def client(setup, identity, secret=None):
    host = setup["endpoint"].removeprefix("http://")
    return Client(Config(
        access_key_id=identity["access_key_id"],
        access_key_secret=secret or identity["access_key_secret"],
        security_token=identity.get("security_token"),
        region_id=setup["region"],
        endpoint=host,
        protocol="HTTP",
        signature_algorithm=setup.get("signature_algorithm"),
    ))


def listed(cloud, region):
    ids, page = [], 1
    while True:
        request = models.DescribeInstancesRequest(region_id=region, page_number=page, page_size=50)
        body = cloud.describe_instances(request).body
        ids += [row.instance_id for row in body.instances.kvstore_instance]
        if page * body.page_size >= body.total_count:
            return ids
        page += 1


def state(cloud, instance):
    request = models.DescribeInstanceAttributeRequest(instance_id=instance)
    row = cloud.describe_instance_attribute(request).body.instances.dbinstance_attribute[0]
    return [row.instance_status, row.vpc_auth_mode]


def failure(call):
    exception = caught(call, AlibabaCloudException)
    return {
        "exception": type(exception).__name__,
        "code": exception.code,
        "status": exception.status_code,
        "request_id": exception.request_id,
    }


def journey(setup):
    cloud = client(setup, setup["account"])
    instance, region = setup["instance"], setup["region"]
    seen = {"listed": listed(cloud, region), "before": state(cloud, instance)}

    request = models.ModifyInstanceVpcAuthModeRequest(instance_id=instance, vpc_auth_mode="Close")
    seen["request_id"] = cloud.modify_instance_vpc_auth_mode(request).body.request_id
    seen["during"] = state(cloud, instance)
    finish(setup)
    seen["after"] = state(cloud, instance)

    request = models.ModifySecurityIpsRequest(
        instance_id=instance, security_ips="10.7.0.0/16", security_ip_group_name="default", modify_mode="Append")
    cloud.modify_security_ips(request)
    groups = cloud.describe_security_ips(models.DescribeSecurityIpsRequest(instance_id=instance)).body
    groups = groups.security_ip_groups.security_ip_group
    seen["whitelist"] = {group.security_ip_group_name: group.security_ip_list for group in groups}
    net = cloud.describe_dbinstance_net_info(models.DescribeDBInstanceNetInfoRequest(instance_id=setup["public"])).body
    seen["net_types"] = [item.dbinstance_net_type for item in net.net_info_items.instance_net_info]
    version = cloud.describe_engine_version(models.DescribeEngineVersionRequest(instance_id=instance)).body
    seen["major_version"] = version.major_version
    parameters = cloud.describe_parameters(models.DescribeParametersRequest(dbinstance_id=setup["public"])).body
    parameters = parameters.running_parameters.parameter
    seen["parameters"] = {one.parameter_name: one.parameter_value for one in parameters}
    config = cloud.describe_instance_config(models.DescribeInstanceConfigRequest(instance_id=instance)).body
    seen["repl_mode"] = config.param_repl_mode
    regions = cloud.describe_regions(models.DescribeRegionsRequest()).body.region_ids.kvstore_region
    seen["regions"] = [row.region_id for row in regions]

    seen["wrong_secret"] = failure(lambda: state(client(setup, setup["account"], "wrong"), instance))
    seen["unknown_id"] = failure(lambda: state(cloud, "r-nobody"))
    seen["throttled"] = failure(lambda: state(cloud, setup["throttled"]))
    zones = models.DescribeZonesRequest(region_id=region)
    seen["throttled_with_time"] = failure(lambda: cloud.describe_zones(zones))
    seen["denied"] = failure(lambda: cloud.modify_instance_vpc_auth_mode(
        models.ModifyInstanceVpcAuthModeRequest(instance_id=setup["denied"], vpc_auth_mode="Close")))
    seen["with_token"] = state(client(setup, setup["temporary"]), instance)
    seen["expired_token"] = failure(lambda: state(client(setup, setup["expired"]), instance))
    return seen


main(journey)
