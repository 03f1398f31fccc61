package main

// planTenants asks for the three documents that unstopped-worker makes.
func planTenants(t *target) (plan, error) {
	return plan{round: 1, steps: []step{
		{name: "statement", leaks: true, do: t.get("/tenants/%d/statement")},
		{name: "forecast", do: t.get("/tenants/%d/forecast")},
		{name: "balance", do: t.get("/tenants/%d/balance")},
	}}, nil
}
