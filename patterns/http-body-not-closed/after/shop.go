package main

import (
	"net/http"
	"sync/atomic"
	"time"

	"github.com/gin-contrib/pprof"
	"github.com/gin-gonic/gin"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"example.com/orders/internal/ops"
)

var (
	ordersTaken = promauto.NewCounter(prometheus.CounterOpts{
		Name: "orders_taken_total", Help: "Orders accepted.",
	})
	ordersRefused = promauto.NewCounter(prometheus.CounterOpts{
		Name: "orders_refused_total", Help: "Orders refused because a supplier did not answer.",
	})
)

// shop is the HTTP side of the service.
type shop struct {
	suppliers *suppliers
	auditor   *auditor
	catalog   *ops.Catalog
	lastID    int64
}

type orderRequest struct {
	SKU      string `json:"sku" binding:"required"`
	Quantity int    `json:"quantity" binding:"required,min=1"`
	Customer string `json:"customer" binding:"required"`
}

type orderConfirmation struct {
	ID       int64  `json:"id"`
	SKU      string `json:"sku"`
	Total    int    `json:"total"`
	Location string `json:"location"`
}

func (s *shop) routes(metrics bool) http.Handler {
	gin.SetMode(gin.ReleaseMode)
	router := gin.New()
	router.Use(gin.Recovery())
	pprof.Register(router)
	if metrics {
		router.GET("/metrics", gin.WrapH(promhttp.Handler()))
	}
	router.GET("/healthz", func(c *gin.Context) { c.String(http.StatusOK, "ok\n") })
	router.GET("/catalog", gin.WrapH(s.catalog))
	router.POST("/orders", s.placeOrder)
	return router
}

func (s *shop) placeOrder(c *gin.Context) {
	var req orderRequest
	if err := c.ShouldBindJSON(&req); err != nil {
		c.JSON(http.StatusBadRequest, gin.H{"error": err.Error()})
		return
	}
	price, err := s.suppliers.price(req.SKU)
	if err != nil {
		s.refuse(c, err)
		return
	}
	shelf, err := s.suppliers.reserve(req.SKU, req.Quantity)
	if err != nil {
		s.refuse(c, err)
		return
	}
	id := atomic.AddInt64(&s.lastID, 1)
	s.auditor.record(event{Order: id, Kind: "order.placed", Customer: req.Customer, At: time.Now()})
	ordersTaken.Inc()
	c.JSON(http.StatusCreated, orderConfirmation{
		ID: id, SKU: req.SKU, Total: price * req.Quantity, Location: shelf,
	})
}

func (s *shop) refuse(c *gin.Context, err error) {
	ordersRefused.Inc()
	c.JSON(http.StatusBadGateway, gin.H{"error": err.Error()})
}
