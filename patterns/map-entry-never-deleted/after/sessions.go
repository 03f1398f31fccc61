package main

import (
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)

var sessionsOpen = promauto.NewGauge(prometheus.GaugeOpts{
	Name: "chat_sessions_open", Help: "Sessions of users who are connected.",
})

var sessionsTotal = promauto.NewCounter(prometheus.CounterOpts{
	Name: "chat_sessions_total", Help: "Sessions since the start.",
})

// scratchSize is how much of a conversation a session keeps at hand, in bytes.
const scratchSize = 5 << 10

// session is what the service knows of one connection.
type session struct {
	user     string
	address  string
	since    time.Time
	messages int
	scratch  []byte
}

// sessions holds the sessions of the users who are connected.
var (
	sessionsMu sync.Mutex
	sessions   = make(map[string]*session)
)

// joinSession opens a session. A user may have several, from different addresses.
func joinSession(user, address string) *session {
	s := newSession(user, address)
	sessionsMu.Lock()
	defer sessionsMu.Unlock()
	sessions[sessionKey(user, address)] = s
	sessionsOpen.Inc()
	sessionsTotal.Inc()
	return s
}

// leaveSession ends the session of a user at an address.
func leaveSession(user, address string) {
	sessionsMu.Lock()
	defer sessionsMu.Unlock()
	sessionsOpen.Dec()
	delete(sessions, sessionKey(user, address))
}

func sessionKey(user, address string) string {
	return user + "@" + address
}

func newSession(user, address string) *session {
	return &session{
		user:    user,
		address: address,
		since:   time.Now(),
		scratch: make([]byte, 0, scratchSize),
	}
}

// note adds a message to what the session has at hand; old ones make room.
func (s *session) note(m message) {
	if len(s.scratch)+len(m.Text) > cap(s.scratch) {
		s.scratch = s.scratch[:0]
	}
	s.scratch = append(s.scratch, m.Text...)
	s.messages++
}
