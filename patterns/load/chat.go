package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/gorilla/websocket"
)

// chatRound is how many people talk at the same time.
const chatRound = 100

// chatStay is how long each of them stays.
const chatStay = 500 * time.Millisecond

// chatMessages is how much each of them says.
const chatMessages = 10

// planChat opens websocket connections in rounds; the same hundred people come
// back in each.
func planChat(t *target) (plan, error) {
	return plan{round: chatRound, steps: []step{{name: "visit", leaks: true, do: t.visit}}}, nil
}

// visit connects as one user, says a few words, and leaves.
func (t *target) visit(ctx context.Context, n int) error {
	address := fmt.Sprintf("ws://%s/ws?user=user-%d&room=room-%d", t.address, n%chatRound, n%10)
	conn, resp, err := websocket.DefaultDialer.DialContext(ctx, address, nil)
	if err != nil {
		return err
	}
	resp.Body.Close()
	defer conn.Close()
	conn.SetReadDeadline(time.Now().Add(10 * time.Second))
	for i := range chatMessages {
		if err := say(conn, fmt.Sprintf("message %d of visit %d", i, n)); err != nil {
			return err
		}
	}
	pause(ctx, chatStay)
	bye := websocket.FormatCloseMessage(websocket.CloseNormalClosure, "")
	if err := conn.WriteControl(websocket.CloseMessage, bye, time.Now().Add(5*time.Second)); err != nil {
		return err
	}
	for {
		if _, _, err := conn.ReadMessage(); err != nil {
			if websocket.IsCloseError(err, websocket.CloseNormalClosure) {
				return nil
			}
			return err
		}
	}
}

// say sends a message and waits until the room has heard it.
func say(conn *websocket.Conn, text string) error {
	if err := conn.WriteJSON(map[string]string{"text": text}); err != nil {
		return err
	}
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return err
		}
		var heard struct {
			Text string `json:"text"`
		}
		if err := json.Unmarshal(raw, &heard); err != nil {
			return err
		}
		if heard.Text == text {
			return nil
		}
	}
}
