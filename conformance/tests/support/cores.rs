use std::sync::Mutex;
use std::thread;

/// What comes of all tasks, which run on all cores, in no order.
pub(crate) fn on_all_cores<T, R>(tasks: Vec<T>, run: impl Fn(T) -> Vec<R> + Sync) -> Vec<R>
where
    T: Send,
    R: Send,
{
    let tasks = Mutex::new(tasks.into_iter());
    let next = || tasks.lock().unwrap().next();
    let work = || std::iter::from_fn(next).flat_map(&run).collect::<Vec<_>>();
    thread::scope(|scope| {
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let threads = (0..cores).map(|_| scope.spawn(work)).collect::<Vec<_>>();
        threads.into_iter().flat_map(|thread| thread.join().unwrap()).collect()
    })
}
