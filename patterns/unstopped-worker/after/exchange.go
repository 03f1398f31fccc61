package main

import (
	"hash/fnv"

	"github.com/dgraph-io/ristretto/v2"
)

// exchangeSize is how many rates an exchange remembers.
const exchangeSize = 100

// exchange converts money and remembers the rates it used.
type exchange struct {
	rates *ristretto.Cache[string, int]
}

// newExchange returns an exchange that remembers nothing yet.
func newExchange() (*exchange, error) {
	rates, err := ristretto.NewCache(&ristretto.Config[string, int]{
		NumCounters: 10 * exchangeSize,
		MaxCost:     exchangeSize,
		BufferItems: 64,
	})
	if err != nil {
		return nil, err
	}
	return &exchange{rates: rates}, nil
}

// convert returns an amount of cents in another currency.
func (e *exchange) convert(cents int, currency string) int {
	rate, ok := e.rates.Get(currency)
	if !ok {
		rate = dailyRate(currency)
		e.rates.Set(currency, rate, 1)
	}
	return cents * rate / 100
}

// Close forgets the rates.
func (e *exchange) Close() {
	e.rates.Close()
}

// dailyRate is what one hundred units of the shop's currency are worth.
func dailyRate(currency string) int {
	hash := fnv.New32a()
	hash.Write([]byte(currency))
	return 50 + int(hash.Sum32()%200)
}
