package main

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// archive holds the documents that go with the exports.
type archive struct {
	dir string
}

// newArchive puts the documents in place.
func newArchive(dir string) (*archive, error) {
	terms := strings.Repeat("The data is yours to keep. ", 400)
	if err := os.WriteFile(filepath.Join(dir, "terms.txt"), []byte(terms), 0o644); err != nil {
		return nil, err
	}
	return &archive{dir: dir}, nil
}

// checksum returns the SHA-256 of a document, in hex.
func (a *archive) checksum(document string) (string, error) {
	in, err := os.Open(filepath.Join(a.dir, filepath.Base(document)+".txt"))
	if err != nil {
		return "", err
	}
	defer in.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, in); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}
