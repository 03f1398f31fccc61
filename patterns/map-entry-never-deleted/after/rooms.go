package main

import "sync"

// inboxDepth is how many messages may wait for a slow member.
const inboxDepth = 64

// message is one line of a conversation.
type message struct {
	From string `json:"from"`
	Text string `json:"text"`
}

// member is one connection's place in a room.
type member struct {
	user  string
	inbox chan message
}

// rooms holds the members of every room.
type rooms struct {
	mu      sync.Mutex
	members map[string]map[*member]bool
}

func newRooms() *rooms {
	return &rooms{members: make(map[string]map[*member]bool)}
}

// enter adds a user to a room.
func (r *rooms) enter(room, user string) *member {
	m := &member{user: user, inbox: make(chan message, inboxDepth)}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members[room] == nil {
		r.members[room] = make(map[*member]bool)
	}
	r.members[room][m] = true
	return m
}

// exit takes a member out of a room. The last one closes it.
func (r *rooms) exit(room string, m *member) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.members[room], m)
	if len(r.members[room]) == 0 {
		delete(r.members, room)
	}
	close(m.inbox)
}

// say brings a message to all members of a room. A member whose inbox is full
// misses it.
func (r *rooms) say(room string, msg message) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for m := range r.members[room] {
		select {
		case m.inbox <- msg:
		default:
		}
	}
}
