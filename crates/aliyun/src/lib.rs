//! A client of Alibaba Cloud's R-kvstore OpenAPI.

pub mod sign;
