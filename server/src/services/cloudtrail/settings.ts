/** Settings of CloudTrail. */
import { onOff } from '../../kit/setting.ts';

export const cloudTrailSettings = {
  auditReads: onOff({
    flag: 'audit-reads',
    default: 'off',
    doc: 'Record calls that read data (objects, predictions, metrics, log events) in the audit trail too. Calls about the resources themselves are always recorded.',
  }),
  auditWrites: onOff({
    flag: 'audit-writes',
    default: 'off',
    doc: 'Record calls that write data (objects, metrics, log events) in the audit trail too.',
  }),
};
