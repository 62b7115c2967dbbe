/** Whether a process with this id lives; one of somebody else's counts. For the set-up and what is compiled after it. */
function lives(pid) {
    try {
        process.kill(pid, 0);
        return true;
    } catch (error) {
        return error.code === "EPERM";
    }
}

module.exports = { lives };
