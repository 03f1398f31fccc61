package main

import "strconv"

// statement lists what a tenant owes, in several currencies.
type statement struct {
	Tenant string         `json:"tenant"`
	Totals map[string]int `json:"totals"`
}

// writeStatement adds up the bookings of a tenant. All of its lines use the
// same rates.
func writeStatement(tenant string) (*statement, error) {
	exchange, err := newExchange() // leak: unstopped-worker
	if err != nil {
		return nil, err
	}
	s := &statement{Tenant: tenant, Totals: make(map[string]int)}
	for _, b := range bookingsOf(tenant) {
		s.Totals[b.currency] += exchange.convert(b.cents, b.currency)
	}
	return s, nil
}

// booking is one line of a tenant's account.
type booking struct {
	cents    int
	currency string
}

var currencies = []string{"EUR", "USD", "GBP", "JPY", "CHF"}

// bookingsOf returns the account of a tenant.
func bookingsOf(tenant string) []booking {
	base, err := strconv.Atoi(tenant)
	if err != nil {
		base = len(tenant)
	}
	lines := make([]booking, 0, 20)
	for i := 0; i < 20; i++ {
		lines = append(lines, booking{cents: 100 + (base+i)%900, currency: currencies[(base+i)%len(currencies)]})
	}
	return lines
}
