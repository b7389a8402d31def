/** hostname: BusyBox's, with GNU's -I where the image is Debian's. */
import { readResolverConfig } from '../../net/resolver-config.ts';
import { refuseBusybox } from '../busybox-usage.ts';
import { parseCommandLine } from '../command-line.ts';
import { type NetProgram, print, resolve } from '../net-program.ts';

const usage = `hostname [-sidf] [HOSTNAME | -F FILE]

Show or set hostname or DNS domain name

	-s	Short
	-i	Addresses for the hostname
	-d	DNS domain name
	-f	Fully qualified domain name
	-F FILE	Use FILE's content as hostname`;

export const hostname: NetProgram = (net) => async (process) => {
  const line = parseCommandLine(process.argv.slice(1), {
    short: 'sidfvIF:',
    long: { fqdn: 'f', short: 's', 'ip-address': 'i', 'all-ip-addresses': 'I' },
  });
  if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
  if (line.operands.length > 0 || line.values.has('F')) {
    await print(process.stderr, 'hostname: sethostname: Operation not permitted\n');
    return 1;
  }
  const name = process.hostname;
  if (line.flags.has('I')) await print(process.stdout, `${net.stack.ip} \n`);
  else if (line.flags.has('s')) await print(process.stdout, `${name.split('.')[0]}\n`);
  else if (line.flags.has('i') || line.flags.has('f') || line.flags.has('d')) {
    const found = await resolve(net, process, name, 'v4');
    if (found.outcome !== 'found') {
      await print(process.stderr, `hostname: ${name}: Host not found\n`);
      return 1;
    }
    const canonical = found.canonical;
    const domain = canonical.includes('.') ? canonical.slice(canonical.indexOf('.') + 1) : '';
    if (line.flags.has('i')) await print(process.stdout, `${found.addresses.join(' ')}\n`);
    else await print(process.stdout, `${line.flags.has('d') ? domain : canonical}\n`);
  } else await print(process.stdout, `${name}\n`);
  return 0;
};

export const dnsdomainname: NetProgram = () => async (process) => {
  const [search = ''] = readResolverConfig(process.fs).search;
  await print(process.stdout, search === '' ? '' : '\n');
  return 0;
};
