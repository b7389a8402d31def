/** Which curl it is: the versions differ in what they say. */
export interface CurlFlavour {
  readonly version: string;
  /** 8.x reworded its messages and its verbose output. */
  readonly modern: boolean;
  readonly banner: string;
}

export const curl811: CurlFlavour = {
  version: '8.11.0',
  modern: true,
  banner:
    'curl 8.11.0 (x86_64-pc-linux-musl) libcurl/8.11.0 OpenSSL/3.3.2 zlib/1.3.1 brotli/1.1.0 libssh2/1.11.0 nghttp2/1.62.1\nRelease-Date: 2024-11-06\nProtocols: dict file ftp ftps gopher gophers http https imap imaps ipfs ipns mqtt pop3 pop3s rtsp scp sftp smb smbs smtp smtps telnet tftp ws wss\nFeatures: alt-svc AsynchDNS brotli HSTS HTTP2 HTTPS-proxy IPv6 Largefile libz NTLM SSL threadsafe TLS-SRP UnixSockets\n',
};

export const curl788: CurlFlavour = {
  version: '7.88.1',
  modern: false,
  banner:
    'curl 7.88.1 (x86_64-pc-linux-gnu) libcurl/7.88.1 OpenSSL/3.0.15 zlib/1.2.13 brotli/1.0.9 zstd/1.5.4 libidn2/2.3.3 libpsl/0.21.2 libssh2/1.10.0 nghttp2/1.52.0\nRelease-Date: 2023-02-20\nProtocols: dict file ftp ftps gopher gophers http https imap imaps ldap ldaps mqtt pop3 pop3s rtmp rtsp scp sftp smb smbs smtp smtps telnet tftp\nFeatures: alt-svc AsynchDNS brotli GSS-API HSTS HTTP2 HTTPS-proxy IDN IPv6 Kerberos Largefile libz NTLM PSL SPNEGO SSL threadsafe TLS-SRP UnixSockets zstd\n',
};
