import { ConditionsOf } from "../conditions";
import type { TabProps } from "../device";

export function DeviceConditions({ device, follow }: TabProps) {
  return <ConditionsOf path={`/v3/devices/${device.id}/conditions`} follow={follow} />;
}
