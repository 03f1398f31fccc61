package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"log"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// certificates makes an authority, a server certificate for localhost and 127.0.0.1, and a client certificate. The
// authority's certificate, the client's and both keys of clients are written to the directory. With a kind other than
// "good", something is wrong with the server's certificate.
func certificates(directory, kind string, askClient bool) *tls.Config {
	authorityKey, otherKey := newKey(), newKey()
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		Subject:               pkix.Name{CommonName: "plumb test authority"},
		NotBefore:             time.Now().Add(-time.Hour),
		NotAfter:              time.Now().Add(time.Hour),
		IsCA:                  true,
		BasicConstraintsValid: true,
		KeyUsage:              x509.KeyUsageCertSign,
	}
	authority := sign(template, template, authorityKey, authorityKey)
	serverKey, clientKey := newKey(), newKey()
	template = leaf(2, x509.ExtKeyUsageServerAuth)
	server := spoil(template, kind, authority, serverKey, authorityKey)
	if strings.HasPrefix(kind, "self-signed") {
		writePEM(directory, "server.pem", "CERTIFICATE", server.Raw)
	}
	client := sign(leaf(3, x509.ExtKeyUsageClientAuth), authority, clientKey, authorityKey)
	writePEM(directory, "ca.pem", "CERTIFICATE", authority.Raw)
	writePEM(directory, "client.pem", "CERTIFICATE", client.Raw)
	writeKey(directory, "client-key.pem", clientKey)
	writeKey(directory, "other-key.pem", otherKey)
	config := &tls.Config{Certificates: []tls.Certificate{{Certificate: [][]byte{server.Raw}, PrivateKey: serverKey}}}
	if askClient {
		config.ClientAuth = tls.RequireAndVerifyClientCert
		config.ClientCAs = x509.NewCertPool()
		config.ClientCAs.AddCert(authority)
	}
	return config
}

// spoil signs a server's certificate with what its kind says wrong with it.
func spoil(template *x509.Certificate, kind string, authority *x509.Certificate, key, authorityKey *ecdsa.PrivateKey) *x509.Certificate {
	own, selfSigned := strings.CutPrefix(kind, "self-signed")
	if !selfSigned {
		spoilFields(template, kind)
		return sign(template, authority, key, authorityKey)
	}
	if wrong, isCA := strings.CutPrefix(own, "-ca"); isCA { // as "openssl req -x509" makes them
		template.IsCA, template.BasicConstraintsValid = true, true
		template.ExtKeyUsage = nil
		spoilFields(template, strings.TrimPrefix(wrong, "-"))
	}
	return sign(template, template, key, key)
}

// spoilFields writes what a kind says is wrong into a server's certificate.
func spoilFields(template *x509.Certificate, kind string) {
	switch kind {
	case "good", "":
	case "expired":
		template.NotBefore = time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		template.NotAfter = time.Date(2021, 2, 3, 4, 5, 0, 0, time.UTC)
	case "early":
		template.NotBefore = time.Date(2035, 2, 3, 4, 5, 0, 0, time.UTC)
		template.NotAfter = time.Date(2036, 1, 1, 0, 0, 0, 0, time.UTC)
	case "other-name":
		template.DNSNames, template.IPAddresses = []string{"shop.test", "*.shop.test"}, nil
	case "no-name":
		template.DNSNames, template.IPAddresses = nil, nil
	case "client-only":
		template.ExtKeyUsage = []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}
	default:
		log.Fatalf("no certificate is %q", kind)
	}
}

func leaf(serial int64, usage x509.ExtKeyUsage) *x509.Certificate {
	return &x509.Certificate{
		SerialNumber: big.NewInt(serial),
		Subject:      pkix.Name{CommonName: "plumb test"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		ExtKeyUsage:  []x509.ExtKeyUsage{usage},
		DNSNames:     []string{"localhost"},
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
	}
}

func newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		log.Fatal(err)
	}
	return key
}

func sign(template, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey) *x509.Certificate {
	der, err := x509.CreateCertificate(rand.Reader, template, parent, &key.PublicKey, parentKey)
	if err != nil {
		log.Fatal(err)
	}
	certificate, err := x509.ParseCertificate(der)
	if err != nil {
		log.Fatal(err)
	}
	return certificate
}

func writeKey(directory, name string, key *ecdsa.PrivateKey) {
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		log.Fatal(err)
	}
	writePEM(directory, name, "PRIVATE KEY", der)
}

func writePEM(directory, name, kind string, der []byte) {
	text := pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
	if err := os.WriteFile(filepath.Join(directory, name), text, 0o600); err != nil {
		log.Fatal(err)
	}
}
