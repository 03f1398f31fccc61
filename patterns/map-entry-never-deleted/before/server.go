package main

import (
	"log"
	"net/http"
	"net/http/pprof"
	"time"

	"github.com/gorilla/websocket"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.com/chat/internal/ops"
)

// writeTimeout bounds the sending of one message.
const writeTimeout = 10 * time.Second

// readTimeout ends a connection whose user says nothing.
const readTimeout = 5 * time.Minute

// server is the HTTP side of the service.
type server struct {
	rooms    *rooms
	catalog  *ops.Catalog
	upgrader websocket.Upgrader
}

func (s *server) routes(metrics bool) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/cmdline", pprof.Cmdline)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	if metrics {
		mux.Handle("GET /metrics", promhttp.Handler())
	}
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte("ok\n")) })
	mux.Handle("GET /catalog", s.catalog)
	mux.HandleFunc("GET /ws", s.connect)
	return mux
}

// connect keeps one user in one room until the connection ends.
func (s *server) connect(w http.ResponseWriter, r *http.Request) {
	user, room := r.URL.Query().Get("user"), r.URL.Query().Get("room")
	if user == "" || room == "" {
		http.Error(w, "user or room is missing", http.StatusBadRequest)
		return
	}
	conn, err := s.upgrader.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer conn.Close()

	session := joinSession(user, conn.RemoteAddr().String())
	defer leaveSession(user)
	member := s.rooms.enter(room, user)
	defer s.rooms.exit(room, member)
	go deliver(conn, member)

	for {
		conn.SetReadDeadline(time.Now().Add(readTimeout))
		var msg message
		if err := conn.ReadJSON(&msg); err != nil {
			if !websocket.IsCloseError(err, websocket.CloseNormalClosure, websocket.CloseGoingAway) {
				log.Printf("%s: %v", user, err)
			}
			return
		}
		msg.From = user
		session.note(msg)
		s.rooms.say(room, msg)
	}
}

// deliver sends a member what is said in the room, until the member leaves.
func deliver(conn *websocket.Conn, m *member) {
	for msg := range m.inbox {
		conn.SetWriteDeadline(time.Now().Add(writeTimeout))
		if err := conn.WriteJSON(msg); err != nil {
			conn.Close()
			return
		}
	}
}
