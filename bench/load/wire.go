package main

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net"
	"strconv"
	"strings"
	"time"
)

type request struct {
	method, path, query string
	body                []byte
	// SHA-256 of the body; of nothing where it is empty.
	hash string
	// The answer's body is wanted.
	keep bool
}

var emptyHash = hashOf(nil)

func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

func mac(key []byte, text string) []byte {
	hash := hmac.New(sha256.New, key)
	hash.Write([]byte(text))
	return hash.Sum(nil)
}

// Escapes a query's value as SigV4 wants it.
func escape(text string) string {
	var escaped strings.Builder
	for _, b := range []byte(text) {
		if b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || strings.IndexByte("-._~", b) >= 0 {
			escaped.WriteByte(b)
		} else {
			fmt.Fprintf(&escaped, "%%%02X", b)
		}
	}
	return escaped.String()
}

type signer struct {
	id, scope, region string
	key               []byte
}

func newSigner(id, secret, region string) *signer {
	day := time.Now().UTC().Format("20060102")
	key := mac(mac(mac(mac([]byte("AWS4"+secret), day), region), "s3"), "aws4_request")
	return &signer{id: id, scope: day + "/" + region + "/s3/aws4_request", region: region, key: key}
}

const signed = "host;x-amz-content-sha256;x-amz-date"

func (s *signer) head(r request, host string) string {
	now := time.Now().UTC().Format("20060102T150405Z")
	hash := r.hash
	if hash == "" {
		hash = emptyHash
	}
	canonical := r.method + "\n" + r.path + "\n" + r.query + "\nhost:" + host + "\nx-amz-content-sha256:" + hash +
		"\nx-amz-date:" + now + "\n\n" + signed + "\n" + hash
	text := "AWS4-HMAC-SHA256\n" + now + "\n" + s.scope + "\n" + hashOf([]byte(canonical))
	signature := hex.EncodeToString(mac(s.key, text))
	target := r.path
	if r.query != "" {
		target += "?" + r.query
	}
	length := ""
	if r.method == "PUT" {
		length = "content-length: " + strconv.Itoa(len(r.body)) + "\r\n"
	}
	return r.method + " " + target + " HTTP/1.1\r\nhost: " + host + "\r\n" + length + "x-amz-content-sha256: " + hash +
		"\r\nx-amz-date: " + now + "\r\nauthorization: AWS4-HMAC-SHA256 Credential=" + s.id + "/" + s.scope +
		", SignedHeaders=" + signed + ", Signature=" + signature + "\r\n\r\n"
}

// One connection, dialled again when the server closes it.
type connection struct {
	host   string
	signer *signer
	socket net.Conn
	reader *bufio.Reader
	buffer []byte
}

func (c *connection) exchange(r request) (status int, body []byte, received int64, err error) {
	if c.socket == nil {
		if c.socket, err = net.Dial("tcp", c.host); err != nil {
			c.socket = nil
			return
		}
		if c.reader == nil {
			c.reader = bufio.NewReaderSize(c.socket, 256*1024)
		} else {
			c.reader.Reset(c.socket)
		}
	}
	c.buffer = append(c.buffer[:0], c.signer.head(r, c.host)...)
	if len(r.body) <= 64*1024 {
		c.buffer = append(c.buffer, r.body...)
	}
	if _, err = c.socket.Write(c.buffer); err == nil && len(r.body) > 64*1024 {
		_, err = c.socket.Write(r.body)
	}
	closes := true
	if err == nil {
		status, body, received, closes, err = c.answer(r)
	}
	if closes || err != nil {
		c.socket.Close()
		c.socket = nil
	}
	return
}

func (c *connection) answer(r request) (status int, body []byte, received int64, closes bool, err error) {
	line, err := c.line()
	if err != nil {
		return
	}
	if len(line) < 12 {
		return 0, nil, 0, true, fmt.Errorf("not an answer: %q", line)
	}
	status, _ = strconv.Atoi(string(line[9:12]))
	length, chunked := int64(0), false
	for {
		if line, err = c.line(); err != nil || len(line) == 0 {
			break
		}
		name, value, _ := bytes.Cut(line, []byte(":"))
		value = bytes.TrimSpace(value)
		switch strings.ToLower(string(name)) {
		case "content-length":
			length, _ = strconv.ParseInt(string(value), 10, 64)
		case "transfer-encoding":
			chunked = true
		case "connection":
			closes = bytes.EqualFold(value, []byte("close"))
		}
	}
	keep := r.keep || status != 200
	for err == nil {
		if chunked {
			if line, err = c.line(); err != nil {
				return
			}
			length, err = strconv.ParseInt(string(line), 16, 64)
		}
		var piece []byte
		if piece, err = c.take(length, keep); err != nil {
			return
		}
		body = append(body, piece...)
		received += length
		if !chunked {
			return
		}
		last := length == 0
		if _, err = c.line(); err != nil || last {
			return
		}
	}
	return
}

func (c *connection) line() ([]byte, error) {
	line, err := c.reader.ReadSlice('\n')
	return bytes.TrimRight(line, "\r\n"), err
}

func (c *connection) take(length int64, keep bool) ([]byte, error) {
	if !keep {
		_, err := c.reader.Discard(int(length))
		return nil, err
	}
	piece := make([]byte, length)
	_, err := io.ReadFull(c.reader, piece)
	return piece, err
}
