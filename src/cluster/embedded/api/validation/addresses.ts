/** Is this an address as Kubernetes 1.36 wants it? apimachinery's IsValidIPForLegacyField with strict validation. */
import { parseAddress } from '../../../../kube/cidr.ts';
import { type FieldError, invalidValue } from './field-error.ts';

export function validateAddress(text: string, field: string): FieldError[] {
  const address = parseAddress(text);
  if (address?.family === 6 && address.value >> 32n === 0xffffn)
    return [invalidValue(field, text, 'must not be an IPv4-mapped IPv6 address')];
  if (address) return [];
  const withoutZeros = text.replaceAll(/(^|\.)0+(?=\d)/g, '$1');
  if (parseAddress(withoutZeros)) return [invalidValue(field, text, 'must not have leading 0s')];
  return [invalidValue(field, text, 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)')];
}
