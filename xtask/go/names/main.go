// Names is a service with pprof that is reached by names: over HTTP, over TLS
// with a certificate of its own authority, and by a DNS server that answers
// every question for an IPv4 address with 127.0.0.1.
//
// It prints "dns ADDRESS", "plain PORT" and "tls PORT" once all are open.
package main

import (
	"encoding/binary"
	"flag"
	"fmt"
	"log"
	"net"
	"net/http"
	_ "net/http/pprof"
	"os"
	"strings"
)

// dnsAddress is a loopback address that no resolver uses by default. The file
// resolv.conf has no place for a port.
const dnsAddress = "127.0.0.77"

func main() {
	authority := flag.String("ca", "ca.pem", "where to write the certificate authority")
	names := flag.String("names", "localhost", "names of the certificate, separated by commas")
	flag.Parse()
	log.Fatal(run(*authority, strings.Split(*names, ",")))
}

func run(authority string, names []string) error {
	certificate, pem, err := newCertificate(names)
	if err != nil {
		return err
	}
	if err := os.WriteFile(authority, pem, 0o644); err != nil {
		return err
	}
	dns, err := net.ListenPacket("udp", net.JoinHostPort(dnsAddress, "53"))
	if err != nil {
		return err
	}
	plain, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	secure, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Println("dns", dnsAddress)
	fmt.Println("plain", plain.Addr().(*net.TCPAddr).Port)
	fmt.Println("tls", secure.Addr().(*net.TCPAddr).Port)

	failed := make(chan error, 3)
	go func() { failed <- serveDNS(dns) }()
	go func() { failed <- http.Serve(plain, nil) }()
	server := &http.Server{TLSConfig: certificate}
	go func() { failed <- server.ServeTLS(secure, "", "") }()
	return <-failed
}

// The fixed parts of a DNS message (RFC 1035, section 4).
const (
	dnsHeader   = 12
	dnsAnswered = 0x8180 // a response, recursion desired and available, no error
	dnsTypeA    = 1
	dnsPointer  = 0xc000 | dnsHeader // the name is the question's
)

// serveDNS answers questions until the socket fails.
func serveDNS(conn net.PacketConn) error {
	buffer := make([]byte, 512)
	for {
		n, from, err := conn.ReadFrom(buffer)
		if err != nil {
			return err
		}
		if answer := answerDNS(buffer[:n]); answer != nil {
			conn.WriteTo(answer, from)
		}
	}
}

// answerDNS returns the answer to the first question, or nil if there is none.
// A question for another type than A has no answer records.
func answerDNS(query []byte) []byte {
	end := dnsHeader
	for end < len(query) && query[end] != 0 {
		end += 1 + int(query[end])
	}
	end += 5 // the empty label, type and class
	if end > len(query) {
		return nil
	}
	kind := binary.BigEndian.Uint16(query[end-4:])
	answer := append([]byte(nil), query[:2]...)
	answer = binary.BigEndian.AppendUint16(answer, dnsAnswered)
	answer = binary.BigEndian.AppendUint16(answer, 1)
	records := uint16(0)
	if kind == dnsTypeA {
		records = 1
	}
	answer = binary.BigEndian.AppendUint16(answer, records)
	answer = append(answer, 0, 0, 0, 0) // no authority, nothing additional
	answer = append(answer, query[dnsHeader:end]...)
	if records == 0 {
		return answer
	}
	answer = binary.BigEndian.AppendUint16(answer, dnsPointer)
	answer = append(answer, query[end-4:end]...)
	answer = binary.BigEndian.AppendUint32(answer, 60) // seconds to live
	answer = binary.BigEndian.AppendUint16(answer, 4)
	return append(answer, 127, 0, 0, 1)
}
