// Loads one S3 server from this machine and prints what it measured as one line of JSON. It costs far less than any server it measures: plain
// sockets, requests signed by hand, answers read past, never parsed beyond their heads. Standard library only.
package main

import (
	"encoding/json"
	"flag"
	"fmt"
	"math/rand"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"
)

type figures struct {
	Requests int64   `json:"requests"`
	Errors   int64   `json:"errors"`
	Keys     int64   `json:"keys"`
	Bytes    int64   `json:"bytes"`
	Seconds  float64 `json:"seconds"`
	P50Ms    float64 `json:"p50Ms"`
	P99Ms    float64 `json:"p99Ms"`
	// What the load itself cost: it runs on the servers' cores.
	CPUSeconds float64 `json:"cpuSeconds"`
	// The first error, in words.
	Error string `json:"error,omitempty"`
}

var (
	mode        = flag.String("mode", "put", "put, get, fill or list")
	url         = flag.String("url", "", "http://host:port")
	bucket      = flag.String("bucket", "bench", "bucket")
	prefix      = flag.String("prefix", "k", "prefix of all keys")
	connections = flag.Int("connections", 1, "connections")
	seconds     = flag.Float64("seconds", 3, "how long; fill ignores it")
	size        = flag.Int("size", 1024, "bytes of a body")
	keys        = flag.Int("keys", 1000, "fill: how many; get: of how many")
)

// Keys lie in folders of a thousand, as no file system likes a million names in one.
func keyOf(number int) string {
	return fmt.Sprintf("%s/%04d/%08d", *prefix, number/1000, number)
}

type worker struct {
	*connection
	latencies []float64
	figures
}

func (w *worker) ask(request request) []byte {
	started := time.Now()
	status, body, received, err := w.exchange(request)
	w.latencies = append(w.latencies, float64(time.Since(started).Microseconds())/1000)
	w.Requests++
	w.Bytes += received + int64(len(request.body))
	if err != nil || status != 200 {
		w.Errors++
		if w.Error == "" {
			w.Error = fmt.Sprintf("status %d, %v: %.300s", status, err, body)
		}
	}
	return body
}

func (w *worker) list(deadline time.Time) {
	token := ""
	for time.Now().Before(deadline) {
		query := "list-type=2&max-keys=1000&prefix=" + escape(*prefix+"/")
		if token != "" {
			query = "continuation-token=" + escape(token) + "&" + query
		}
		page := string(w.ask(request{method: "GET", path: "/" + *bucket, query: query, keep: true}))
		w.Keys += int64(strings.Count(page, "<Key>"))
		_, rest, found := strings.Cut(page, "<NextContinuationToken>")
		if !found {
			return
		}
		token, _, _ = strings.Cut(rest, "</NextContinuationToken>")
	}
}

func main() {
	flag.Parse()
	body := make([]byte, *size)
	rand.New(rand.NewSource(7)).Read(body)
	hash := hashOf(body)
	signer := newSigner(os.Getenv("AWS_ACCESS_KEY_ID"), os.Getenv("AWS_SECRET_ACCESS_KEY"), "us-east-1")
	host := strings.TrimPrefix(*url, "http://")
	started := time.Now()
	deadline := started.Add(time.Duration(*seconds * float64(time.Second)))
	var next atomic.Int64
	workers := make([]*worker, *connections)
	var all sync.WaitGroup
	for number := range workers {
		w := &worker{connection: &connection{host: host, signer: signer}}
		workers[number] = w
		all.Add(1)
		go func() {
			defer all.Done()
			dice := rand.New(rand.NewSource(int64(number)))
			put := func(number int64) {
				w.ask(request{method: "PUT", path: "/" + *bucket + "/" + keyOf(int(number)), body: body, hash: hash})
			}
			switch *mode {
			case "list":
				w.list(deadline)
			case "fill":
				for number := next.Add(1) - 1; number < int64(*keys); number = next.Add(1) - 1 {
					put(number)
				}
			case "put":
				for time.Now().Before(deadline) {
					put(next.Add(1) - 1)
				}
			case "get":
				for time.Now().Before(deadline) {
					w.ask(request{method: "GET", path: "/" + *bucket + "/" + keyOf(dice.Intn(*keys))})
				}
			}
		}()
	}
	all.Wait()
	total := figures{Seconds: time.Since(started).Seconds()}
	latencies := []float64{}
	for _, w := range workers {
		total.Requests += w.Requests
		total.Errors += w.Errors
		total.Keys += w.Keys
		total.Bytes += w.Bytes
		if total.Error == "" {
			total.Error = w.Error
		}
		latencies = append(latencies, w.latencies...)
	}
	var usage syscall.Rusage
	syscall.Getrusage(syscall.RUSAGE_SELF, &usage)
	total.CPUSeconds = time.Duration(usage.Utime.Nano() + usage.Stime.Nano()).Seconds()
	slices.Sort(latencies)
	if len(latencies) > 0 {
		total.P50Ms = latencies[len(latencies)/2]
		total.P99Ms = latencies[len(latencies)*99/100]
	}
	line, _ := json.Marshal(total)
	fmt.Println(string(line))
}
