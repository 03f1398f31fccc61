// Package orders keeps the orders of a shop in a database.
//
// This is the repaired package: rows are closed and transactions ended on every way.
package orders

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
)

// Order is one order.
type Order struct {
	ID    int64
	Cents int
}

// Store is where orders are kept.
type Store struct {
	db *sql.DB
}

// NewStore returns the store of a database.
func NewStore(db *sql.DB) *Store {
	return &Store{db: db}
}

// Of returns the orders of a customer.
func (s *Store) Of(ctx context.Context, customer string) ([]Order, error) {
	rows, err := s.db.QueryContext(ctx, "SELECT id, cents FROM orders WHERE customer = $1", customer)
	if err != nil {
		return nil, fmt.Errorf("orders of %s: %w", customer, err)
	}
	defer rows.Close()
	var orders []Order
	for rows.Next() {
		var o Order
		if err := rows.Scan(&o.ID, &o.Cents); err != nil {
			return nil, err
		}
		orders = append(orders, o)
	}
	return orders, rows.Err()
}

// ErrPaid is returned if an order that is paid is to be changed.
var ErrPaid = errors.New("the order is paid")

// Discount makes an order cheaper, unless it is paid.
func (s *Store) Discount(ctx context.Context, id int64, cents int) error {
	tx, err := s.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	var paid bool
	if err := tx.QueryRowContext(ctx, "SELECT paid FROM orders WHERE id = $1", id).Scan(&paid); err != nil {
		return err
	}
	if paid {
		return ErrPaid
	}
	if _, err := tx.ExecContext(ctx, "UPDATE orders SET cents = cents - $2 WHERE id = $1", id, cents); err != nil {
		return err
	}
	return tx.Commit()
}
