// Asks https://HOST:PORT/ with a client certificate and prints the answer: the strictness of Go's crypto/x509.
package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net"
	"os"
)

func main() {
	host, port, ca, cert, key := os.Args[1], os.Args[2], os.Args[3], os.Args[4], os.Args[5]
	pem, err := os.ReadFile(ca)
	check(err)
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) {
		check(fmt.Errorf("no certificate in %s", ca))
	}
	pair, err := tls.LoadX509KeyPair(cert, key)
	check(err)
	config := &tls.Config{RootCAs: roots, ServerName: host, Certificates: []tls.Certificate{pair}}
	connection, err := tls.Dial("tcp", net.JoinHostPort(host, port), config)
	check(err)
	_, err = fmt.Fprintf(connection, "GET / HTTP/1.0\r\nHost: %s\r\n\r\n", host)
	check(err)
	answer, err := io.ReadAll(connection)
	check(err)
	fmt.Print(string(answer))
}

func check(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
