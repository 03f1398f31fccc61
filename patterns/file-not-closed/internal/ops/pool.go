package ops

// Pool runs small tasks on a fixed number of goroutines, which wait on one
// queue for as long as the process lives.
type Pool struct {
	tasks chan func()
}

// NewPool starts workers goroutines behind a queue of the given depth.
func NewPool(workers, depth int) *Pool {
	p := &Pool{tasks: make(chan func(), depth)}
	for i := 0; i < workers; i++ {
		go p.work()
	}
	return p
}

// Submit queues a task. It reports false, and drops the task, if the queue is
// full.
func (p *Pool) Submit(task func()) bool {
	select {
	case p.tasks <- task:
		return true
	default:
		return false
	}
}

func (p *Pool) work() {
	for task := range p.tasks {
		task()
	}
}
