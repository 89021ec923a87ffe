//! Go, the current SDK.

use super::Call;

pub(super) fn code(call: &Call<'_>) -> String {
    let Call { id, region, endpoint, mode, meaning } = call;
    format!(
        r#"package main

import (
	"fmt"

	openapi "github.com/alibabacloud-go/darabonba-openapi/v2/client"
	kvstore "github.com/alibabacloud-go/r-kvstore-20150101/v7/client"
	"github.com/alibabacloud-go/tea/tea"
	"github.com/aliyun/credentials-go/credentials"
)

func main() {{
	credential, err := credentials.NewCredential(nil)
	if err != nil {{
		panic(err)
	}}
	client, err := kvstore.NewClient(&openapi.Config{{
		Credential: credential,
		RegionId:   tea.String("{region}"),
		Endpoint:   tea.String("{endpoint}"),
	}})
	if err != nil {{
		panic(err)
	}}
	// {meaning}
	answer, err := client.ModifyInstanceVpcAuthMode(&kvstore.ModifyInstanceVpcAuthModeRequest{{
		InstanceId:  tea.String("{id}"),
		VpcAuthMode: tea.String("{mode}"),
	}})
	if err != nil {{
		panic(err)
	}}
	fmt.Println(tea.StringValue(answer.Body.RequestId))
}}"#
    )
}
