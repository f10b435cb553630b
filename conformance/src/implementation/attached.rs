use super::channel::{Channel, Notes};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

/// How often the door looks for a connection.
const GLANCE: Duration = Duration::from_millis(50);

/// A door for adapters that a person starts, under a debugger say: they connect to a port of this machine
/// in place of being given pipes.
pub struct Door {
    listener: TcpListener,
    call: Box<dyn FnMut(SocketAddr, usize) + Send>,
}

impl Door {
    /// A door at `port`, or at one that is free if that is 0. Each time an adapter is to be started,
    /// `call` hears where it is to connect, and how often that has been asked.
    ///
    /// # Errors
    /// If the port is not to be had.
    pub fn new(
        port: u16,
        call: impl FnMut(SocketAddr, usize) + Send + 'static,
    ) -> std::io::Result<Door> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        Ok(Door { listener, call: Box::new(call) })
    }

    /// Waits for an adapter, until it is there or `interrupted`.
    pub(super) fn wait(
        &mut self,
        notes: Notes,
        interrupted: &AtomicBool,
    ) -> std::io::Result<Option<Channel>> {
        (self.call)(self.listener.local_addr()?, notes.process);
        while !interrupted.load(Ordering::Relaxed) {
            match self.listener.accept() {
                Ok((stream, _)) => return through(stream, notes).map(Some),
                Err(why) if why.kind() == std::io::ErrorKind::WouldBlock => thread::sleep(GLANCE),
                Err(why) => return Err(why),
            }
        }
        Ok(None)
    }
}

fn through(stream: TcpStream, notes: Notes) -> std::io::Result<Channel> {
    stream.set_nonblocking(false)?;
    // A request and its answer are one small packet each, and wait for each other.
    stream.set_nodelay(true)?;
    Channel::new(stream.try_clone()?, stream, notes)
}
