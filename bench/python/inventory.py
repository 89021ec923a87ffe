"""A cold inventory as one would write it with the official Python SDK: list every region, then ask five things of each
instance. The setup comes as JSON on standard input; calls and seconds go as JSON to standard output.

With one thread it is the plain script; with more, each has a client of its own, so that none waits for another's
connection.
"""

import json
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from alibabacloud_r_kvstore20150101 import models
from alibabacloud_r_kvstore20150101.client import Client
from alibabacloud_tea_openapi.utils_models import Config

SETUP = json.load(sys.stdin)
LOCAL = threading.local()


def cloud():
    if not hasattr(LOCAL, "client"):
        LOCAL.calls = 0
        LOCAL.client = Client(Config(
            access_key_id=SETUP["access_key_id"],
            access_key_secret=SETUP["access_key_secret"],
            endpoint=SETUP["endpoint"].removeprefix("http://"),
            protocol="HTTP",
        ))
    return LOCAL.client


def list_region(region):
    rows, page = [], 1
    while True:
        request = models.DescribeInstancesRequest(region_id=region, page_number=page, page_size=50)
        body = cloud().describe_instances(request).body
        rows += body.instances.kvstore_instance
        if page * body.page_size >= body.total_count:
            return rows, page
        page += 1


def read(row):
    """The five calls that the portal makes as well. Instances with a local disk have other parameters."""
    instance = row.instance_id
    cloud().describe_instance_attribute(models.DescribeInstanceAttributeRequest(instance_id=instance))
    cloud().describe_security_ips(models.DescribeSecurityIpsRequest(instance_id=instance))
    cloud().describe_dbinstance_net_info(models.DescribeDBInstanceNetInfoRequest(instance_id=instance))
    cloud().describe_engine_version(models.DescribeEngineVersionRequest(instance_id=instance))
    if row.computing_type == "Machine" or row.instance_class.endswith(".default") or ".amber." in row.instance_class:
        cloud().describe_parameters(models.DescribeParametersRequest(dbinstance_id=instance))
    else:
        cloud().describe_instance_config(models.DescribeInstanceConfigRequest(instance_id=instance))
    return 5


def inventory(each):
    """`each` is `map` or something like it."""
    regions = cloud().describe_regions(models.DescribeRegionsRequest()).body.region_ids.kvstore_region
    listed = list(each(list_region, sorted({region.region_id for region in regions})))
    rows = [row for region, _ in listed for row in region]
    wanted = rows[:SETUP["most"]]
    return 1 + sum(pages for _, pages in listed) + sum(each(read, wanted)), len(wanted)


started = time.monotonic()
if SETUP["threads"] == 1:
    calls, instances = inventory(map)
else:
    with ThreadPoolExecutor(SETUP["threads"]) as pool:
        calls, instances = inventory(pool.map)
json.dump({"calls": calls, "instances": instances, "seconds": time.monotonic() - started}, sys.stdout)
