"""Runs a command on a pseudo-terminal: standard input goes to it, what it prints comes to standard output.

Usage: pty-bridge.py COLUMNS ROWS COMMAND...   A line "COLUMNS ROWS" on file descriptor 3 resizes the terminal.
"""
import fcntl, os, pty, select, struct, sys, termios


def resize(fd, columns, rows):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))


def main():
    columns, rows, command = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3:]
    pid, terminal = pty.fork()
    if pid == 0:
        # The parent writes only after the first output, so the size is set before anything is painted.
        resize(0, columns, rows)
        os.execvp(command[0], command)
    sources = {0: None, 3: None, terminal: None}
    while terminal in sources:
        for fd in select.select(list(sources), [], [])[0]:
            try:
                data = os.read(fd, 65536)
            except OSError:
                data = b""
            if not data:
                del sources[fd]
            elif fd == terminal:
                os.write(1, data)
            elif fd == 3:
                resize(terminal, *map(int, data.split()[:2]))
            else:
                os.write(terminal, data)
    status = os.waitpid(pid, 0)[1]
    sys.exit(os.waitstatus_to_exitcode(status) % 256)


main()
