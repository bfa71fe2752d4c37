"""The peers: each module does the workloads that its framework can do, in that framework's idiom.

``prepare(work, data, variant)`` returns a function that does so many turns of the workload, and one
that gives what the turns have made; or None if this is no work for this peer.
"""
