/** hostname and dnsdomainname: BusyBox's, and Debian's, which has long options and -I. */
import { refuseBusybox } from '../busybox-usage.ts';
import { type OptionTable, parseCommandLine } from '../command-line.ts';
import { type NetProgram, print, resolve } from '../net-program.ts';

const usage = `hostname [-sidf] [HOSTNAME | -F FILE]

Show or set hostname or DNS domain name

	-s	Short
	-i	Addresses for the hostname
	-d	DNS domain name
	-f	Fully qualified domain name
	-F FILE	Use FILE's content as hostname`;

const busyboxOptions: OptionTable = { short: 'sidfF:' };

const debianOptions: OptionTable = {
  short: 'sidfvIF:',
  long: { fqdn: 'f', short: 's', 'ip-address': 'i', 'all-ip-addresses': 'I' },
};

function program(options: OptionTable, defaults: readonly string[] = []): NetProgram {
  return (net) => async (process) => {
    const line = parseCommandLine([...process.argv.slice(1), ...defaults], options);
    if ('complaint' in line) return refuseBusybox(process, usage, line.complaint);
    if (line.operands.length > 0 || line.values.has('F')) {
      await print(process.stderr, 'hostname: sethostname: Operation not permitted\n');
      return 1;
    }
    const name = process.hostname;
    const say = (text: string): Promise<void> => print(process.stdout, `${text}\n`);
    if (line.flags.has('I')) await say(`${net.stack.ip} `);
    else if (line.flags.has('s')) await say(name.split('.')[0] ?? '');
    else if (line.flags.has('i') || line.flags.has('f') || line.flags.has('d')) {
      const found = await resolve(net, process, name, 'v4');
      if (found.outcome !== 'found') {
        await print(process.stderr, `hostname: ${name}: Host not found\n`);
        return 1;
      }
      const dot = found.canonical.indexOf('.');
      if (line.flags.has('i')) await say(found.addresses.join(' '));
      else if (line.flags.has('f')) await say(found.canonical);
      else if (dot >= 0) await say(found.canonical.slice(dot + 1));
    } else await say(name);
    return 0;
  };
}

export const hostname = program(busyboxOptions);
export const debianHostname = program(debianOptions);
export const dnsdomainname = program(busyboxOptions, ['-d']);
