// @alicloud/r-kvstore20150101: V3.

'use strict';

const { $OpenApiUtil } = require('@alicloud/openapi-core');
const RKvstore = require('@alicloud/r-kvstore20150101');
const { caught, finish, main } = require('./journey');

const client = (setup, identity, secret) =>
  new RKvstore.default(
    new $OpenApiUtil.Config({
      accessKeyId: identity.access_key_id,
      accessKeySecret: secret ?? identity.access_key_secret,
      securityToken: identity.security_token,
      regionId: setup.region,
      endpoint: setup.endpoint.replace('http://', ''),
      protocol: 'HTTP',
    }),
  );

const listed = async (cloud, regionId) => {
  const ids = [];
  for (let pageNumber = 1; ; pageNumber += 1) {
    const request = new RKvstore.DescribeInstancesRequest({ regionId, pageNumber, pageSize: 50 });
    const { body } = await cloud.describeInstances(request);
    ids.push(...body.instances.KVStoreInstance.map((row) => row.instanceId));
    if (pageNumber * body.pageSize >= body.totalCount) return ids;
  }
};

const state = async (cloud, instanceId) => {
  const request = new RKvstore.DescribeInstanceAttributeRequest({ instanceId });
  const { body } = await cloud.describeInstanceAttribute(request);
  const row = body.instances.DBInstanceAttribute[0];
  return [row.instanceStatus, row.vpcAuthMode];
};

const failure = async (call) => {
  const error = await caught(call);
  return { exception: error.name, code: error.code, status: error.statusCode, request_id: error.requestId };
};

main(async (setup) => {
  const cloud = client(setup, setup.account);
  const { instance: instanceId, region } = setup;
  const seen = { listed: await listed(cloud, region), before: await state(cloud, instanceId) };

  const change = new RKvstore.ModifyInstanceVpcAuthModeRequest({ instanceId, vpcAuthMode: 'Close' });
  seen.request_id = (await cloud.modifyInstanceVpcAuthMode(change)).body.requestId;
  seen.during = await state(cloud, instanceId);
  await finish(setup);
  seen.after = await state(cloud, instanceId);

  const append = new RKvstore.ModifySecurityIpsRequest({
    instanceId, securityIps: '10.7.0.0/16', securityIpGroupName: 'default', modifyMode: 'Append',
  });
  await cloud.modifySecurityIps(append);
  const groups = (await cloud.describeSecurityIps(new RKvstore.DescribeSecurityIpsRequest({ instanceId }))).body;
  seen.whitelist = Object.fromEntries(
    groups.securityIpGroups.securityIpGroup.map((group) => [group.securityIpGroupName, group.securityIpList]),
  );
  const net = await cloud.describeDBInstanceNetInfo(
    new RKvstore.DescribeDBInstanceNetInfoRequest({ instanceId: setup.public }),
  );
  seen.net_types = net.body.netInfoItems.instanceNetInfo.map((item) => item.DBInstanceNetType);
  const version = await cloud.describeEngineVersion(new RKvstore.DescribeEngineVersionRequest({ instanceId }));
  seen.major_version = version.body.majorVersion;
  const parameters = await cloud.describeParameters(
    new RKvstore.DescribeParametersRequest({ DBInstanceId: setup.public }),
  );
  seen.parameters = Object.fromEntries(
    parameters.body.runningParameters.parameter.map((one) => [one.parameterName, one.parameterValue]),
  );
  const config = await cloud.describeInstanceConfig(new RKvstore.DescribeInstanceConfigRequest({ instanceId }));
  seen.repl_mode = config.body.paramReplMode;
  const regions = await cloud.describeRegions(new RKvstore.DescribeRegionsRequest({}));
  seen.regions = regions.body.regionIds.KVStoreRegion.map((row) => row.regionId);

  seen.wrong_secret = await failure(() => state(client(setup, setup.account, 'wrong'), instanceId));
  seen.unknown_id = await failure(() => state(cloud, 'r-nobody'));
  seen.throttled = await failure(() => state(cloud, setup.throttled));
  seen.throttled_with_time = await failure(() =>
    cloud.describeZones(new RKvstore.DescribeZonesRequest({ regionId: region })));
  seen.denied = await failure(() =>
    cloud.modifyInstanceVpcAuthMode(
      new RKvstore.ModifyInstanceVpcAuthModeRequest({ instanceId: setup.denied, vpcAuthMode: 'Close' }),
    ));
  seen.with_token = await state(client(setup, setup.temporary), instanceId);
  seen.expired_token = await failure(() => state(client(setup, setup.expired), instanceId));
  return seen;
});
