package main

// planExports asks for exports with and without rows and for their checksums.
func planExports(t *target) (plan, error) {
	return plan{round: 1, steps: []step{
		{name: "export-empty", leaks: true, do: t.post("/exports?dataset=archive&run=%d&rows=0")},
		{name: "export", do: t.post("/exports?dataset=sales&run=%d&rows=20")},
		{name: "checksum", do: t.get("/checksums/terms?run=%d")},
	}}, nil
}
