package orders

import (
	"context"
	"database/sql"
	"fmt"
)

// Total returns what a customer has spent, in cents.
func (s *Store) Total(ctx context.Context, customer string) (int, error) {
	var cents int
	row := s.db.QueryRowContext(ctx, "SELECT sum(cents) FROM orders WHERE customer = $1", customer)
	err := row.Scan(&cents)
	return cents, err
}

// Customers returns everybody who has ordered.
func (s *Store) Customers(ctx context.Context) ([]string, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT DISTINCT customer FROM orders")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, rows.Err()
}

// Export returns all orders; the caller must close the rows.
func (s *Store) Export(ctx context.Context) (*sql.Rows, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, cents FROM orders")
	if err != nil {
		return nil, fmt.Errorf("export: %w", err)
	}
	return rows, nil
}

// Add stores orders, all or none.
func (s *Store) Add(ctx context.Context, customer string, orders []Order) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	insert, err := tx.PrepareContext(ctx, "INSERT INTO orders (customer, id, cents) VALUES ($1, $2, $3)")
	if err != nil {
		return err
	}
	defer insert.Close()
	for _, o := range orders {
		if _, err := insert.ExecContext(ctx, customer, o.ID, o.Cents); err != nil {
			return err
		}
	}
	return tx.Commit()
}
