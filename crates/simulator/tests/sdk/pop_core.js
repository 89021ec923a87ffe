// @alicloud/pop-core: V1, any action by name; reads by GET, the write by POST with a form.

'use strict';

const { RPCClient } = require('@alicloud/pop-core');
const { caught, finish, main } = require('./journey');

const client = (setup, identity, secret, apiVersion = '2015-01-01') =>
  new RPCClient({
    endpoint: setup.endpoint,
    apiVersion,
    accessKeyId: identity.access_key_id,
    accessKeySecret: secret ?? identity.access_key_secret,
    securityToken: identity.security_token,
  });

const listed = async (cloud, RegionId) => {
  const ids = [];
  for (let PageNumber = 1; ; PageNumber += 1) {
    const body = await cloud.request('DescribeInstances', { RegionId, PageNumber, PageSize: 50 });
    ids.push(...body.Instances.KVStoreInstance.map((row) => row.InstanceId));
    if (PageNumber * body.PageSize >= body.TotalCount) return ids;
  }
};

const state = async (cloud, InstanceId) => {
  const body = await cloud.request('DescribeInstanceAttribute', { InstanceId });
  const row = body.Instances.DBInstanceAttribute[0];
  return [row.InstanceStatus, row.VpcAuthMode];
};

const failure = async (call) => {
  const error = await caught(call);
  const { RequestId } = error.data;
  return { exception: error.name, code: error.code, status: error.entry.response.statusCode, request_id: RequestId };
};

main(async (setup) => {
  const cloud = client(setup, setup.account);
  const { instance, region } = setup;
  const seen = { listed: await listed(cloud, region), before: await state(cloud, instance) };

  const change = { InstanceId: instance, VpcAuthMode: 'Close' };
  seen.request_id = (await cloud.request('ModifyInstanceVpcAuthMode', change, { method: 'POST' })).RequestId;
  seen.during = await state(cloud, instance);
  await finish(setup);
  seen.after = await state(cloud, instance);
  const caller = async (identity) =>
    (await client(setup, identity, undefined, '2015-04-01').request('GetCallerIdentity')).IdentityType;
  seen.caller = await caller(setup.account);

  seen.wrong_secret = await failure(() => state(client(setup, setup.account, 'wrong'), instance));
  seen.unknown_id = await failure(() => state(cloud, 'r-nobody'));
  seen.throttled = await failure(() => state(cloud, setup.throttled));
  seen.with_token = await state(client(setup, setup.temporary), instance);
  seen.caller_with_token = await caller(setup.temporary);
  seen.expired_token = await failure(() => state(client(setup, setup.expired), instance));
  return seen;
});
