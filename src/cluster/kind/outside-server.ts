/**
 * The servers of the outside world, for two kinds of image: BusyBox has tcpsvd, udpsvd and dnsd; kind's own node image is a
 * Debian, which is never without Perl, and is the one image that is on every machine with a kind cluster. Shell text. Pure.
 */

/** Accepts as tcpsvd does (a process per connection, its socket as standard input and output), echoes UDP, answers for one name. */
const perl = `use strict;
use warnings;
use IO::Socket::INET;
use Socket qw(inet_aton);
my ($kind, $address, $port, @rest) = @ARGV;
my %options = (LocalAddr => $address, LocalPort => $port, ReuseAddr => 1);
if ($kind eq "tcp") {
  my $server = IO::Socket::INET->new(%options, Listen => 128) or die "$address:$port: $@\\n";
  $SIG{CHLD} = "IGNORE";
  while (1) {
    my $peer = $server->accept or next;
    my $pid = fork;
    if (defined $pid && $pid == 0) {
      $SIG{CHLD} = "DEFAULT";
      open STDIN, "<&", $peer;
      open STDOUT, ">&", $peer;
      close $server;
      exec @rest;
      exit 127;
    }
    close $peer;
  }
}
my $socket = IO::Socket::INET->new(%options, Proto => "udp") or die "$address:$port: $@\\n";
while (1) {
  my $peer = $socket->recv(my $data, 65535) or next;
  $data = answer($data) if $kind eq "dns";
  $socket->send($data, 0, $peer) if length $data;
}
sub answer {
  my ($query) = @_;
  my ($name, $at) = ("", 12);
  while ($at < length $query && (my $length = ord substr $query, $at, 1)) {
    $name .= substr($query, $at + 1, $length) . ".";
    $at += $length + 1;
  }
  return "" if length $query < $at + 5;
  my $known = lc $name eq lc "$rest[0].";
  my $found = $known && unpack("n", substr $query, $at + 1, 2) == 1;
  my $head = pack "n6", unpack("n", $query), $known ? 0x8580 : 0x8583, 1, $found ? 1 : 0, 0, 0;
  my $record = $found ? pack("n3Nn", 0xc00c, 1, 1, 60, 4) . inet_aton($address) : "";
  return $head . substr($query, 12, $at - 7) . $record;
}
`;

/** Functions \`tcp ADDRESS PORT PROGRAM…\`, \`udp ADDRESS PORT\` and \`dns ADDRESS PORT NAME\`, none of which returns. */
export function serverFunctions(folder: string): readonly string[] {
  return [
    'if command -v tcpsvd > /dev/null; then',
    '  tcp() { exec tcpsvd "$@"; }',
    '  udp() { exec udpsvd "$1" "$2" cat; }',
    `  dns() { printf '%s %s\\n' "$3" "$1" > ${folder}/$1.dns; exec dnsd -c ${folder}/$1.dns -i "$1" -p "$2"; }`,
    'else',
    `  cat > ${folder}/serve.pl <<'END'`,
    `${perl}END`,
    `  for kind in tcp udp dns; do eval "$kind() { exec perl ${folder}/serve.pl $kind \\"\\$@\\"; }"; done`,
    'fi',
  ];
}
