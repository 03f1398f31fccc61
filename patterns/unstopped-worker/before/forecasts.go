package main

// forecast is what a tenant will owe at the end of the quarter.
type forecast struct {
	Tenant string `json:"tenant"`
	Cents  int    `json:"cents"`
}

// writeForecast extends the bookings of a tenant, at rates of its own.
func writeForecast(tenant string) (*forecast, error) {
	exchange, err := newExchange()
	if err != nil {
		return nil, err
	}
	defer exchange.Close()
	f := &forecast{Tenant: tenant}
	for _, b := range bookingsOf(tenant) {
		f.Cents += 3 * exchange.convert(b.cents, b.currency)
	}
	return f, nil
}

// balance is what a tenant owes today.
type balance struct {
	Tenant string `json:"tenant"`
	Cents  int    `json:"cents"`
}

// balances are all made at the same rates.
type balances struct {
	exchange *exchange
}

func (b *balances) of(tenant string) *balance {
	sum := &balance{Tenant: tenant}
	for _, line := range bookingsOf(tenant) {
		sum.Cents += b.exchange.convert(line.cents, line.currency)
	}
	return sum
}
