import type { LaunchNode } from "./launch-plan.ts";

/** Types with EFA. Source: Amazon EC2 User Guide, "Elastic Fabric Adapter", accelerated types. */
const EFA_TYPES =
  /^(?:p3dn|p4d|p4de|p5|p5e|p5en|p6[\w-]*)\.|^(?:g4dn|g5|g6|gr6|g6e)\.(?:8|12|16|24|48)xlarge|^g4dn\.metal/;

/** Networks between instances of providers that NCCL needs telling of, by what their types are called. */
const FABRICS: readonly (readonly [provider: RegExp, type: RegExp, hint: string])[] = [
  [
    /^aws$/i,
    EFA_TYPES,
    "EFA: attach its interfaces, install aws-ofi-nccl, and set FI_PROVIDER=efa (FI_EFA_USE_DEVICE_RDMA=1 on p4d and newer). In pods also ask for vpc.amazonaws.com/efa.",
  ],
  [/^gcp$/i, /^a3-megagpu/, "GPUDirect-TCPXO: its NCCL plugin and daemon must run on every node."],
  [
    /^gcp$/i,
    /^a3-(?:highgpu-8g|edgegpu-8g)/,
    "GPUDirect-TCPX: its NCCL plugin and daemon must run on every node.",
  ],
  [/^gcp$/i, /^(?:a3-ultragpu|a4)/, "RDMA (RoCE): NCCL needs Google's gIB plugin."],
  [
    /^azure$/i,
    /_(?:ND|HB|HC)/i,
    "InfiniBand: NCCL finds it where the driver is installed; NCCL_IB_PCI_RELAXED_ORDERING=1 and the topology file of the type make it faster.",
  ],
];

/** What NCCL has to know between the nodes of a plan, as hints; empty for one node. */
export function networkHints(nodes: readonly LaunchNode[]): string[] {
  if (nodes.length < 2) return [];
  const fabrics = nodes.flatMap(({ type: { instance } }) => {
    const name = instance.typeName ?? instance.name;
    return FABRICS.filter(
      ([provider, type]) => provider.test(instance.provider) && type.test(name),
    ).map(([, , hint]) => `${name.replace(/[@:].*/, "")} has ${hint}`);
  });
  return [
    ...new Set(fabrics),
    "Where a node has several interfaces: NCCL_SOCKET_IFNAME and GLOO_SOCKET_IFNAME name the one that nodes share; NCCL_DEBUG=INFO prints which is used.",
  ];
}
