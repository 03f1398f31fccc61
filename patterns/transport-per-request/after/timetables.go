package main

import (
	"context"
	"net/http"
	"net/url"

	"golang.org/x/net/http2"
)

// timetable lists the departures of a route.
type timetable struct {
	Route      string   `json:"route"`
	Departures []string `json:"departures"`
}

// timetables asks the timetable service, always over the same connection.
type timetables struct {
	http     *http.Client
	upstream string
}

func newTimetables(s settings) *timetables {
	transport := &http2.Transport{
		AllowHTTP:      true,
		DialTLSContext: dialPlain,
	}
	return &timetables{
		http:     &http.Client{Transport: transport, Timeout: s.timeout},
		upstream: s.upstream,
	}
}

func (t *timetables) lookUp(ctx context.Context, route string) (*timetable, error) {
	var table timetable
	if err := getJSON(ctx, t.http, t.upstream+"/timetables/"+url.PathEscape(route), &table); err != nil {
		return nil, err
	}
	return &table, nil
}
