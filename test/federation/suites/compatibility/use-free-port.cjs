// The suite knows its router by a fixed port; ours takes a free one.
require('@apollo/federation-subgraph-compatibility-tests/dist/utils/client').ROUTER_URL = process.env.ROUTER_URL;
