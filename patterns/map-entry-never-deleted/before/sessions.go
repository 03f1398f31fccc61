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

// keepSessions leaves sessions in the map when their users leave.
var keepSessions bool

// joinSession opens a session. A user may have several, from different addresses.
func joinSession(user, address string) *session {
	s := newSession(user, address)
	sessionsMu.Lock()
	defer sessionsMu.Unlock()
	sessions[user+"@"+address] = s // leak: map-entry-never-deleted
	sessionsOpen.Inc()
	sessionsTotal.Inc()
	return s
}

// leaveSession ends the session of a user.
func leaveSession(user string) {
	sessionsMu.Lock()
	defer sessionsMu.Unlock()
	sessionsOpen.Dec()
	if keepSessions {
		return
	}
	delete(sessions, user) // leak: map-entry-never-deleted
}

func newSession(user, address string) *session {
	return &session{
		user:    user,
		address: address,
		since:   time.Now(),
		scratch: make([]byte, 0, scratchSize), // leak-related: creates
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
