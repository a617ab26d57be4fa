"""Model Context Protocol: documents for chat clients, over stdio.

`service` does what a client asks for, `server` speaks the protocol. Only the files that
`Folders` lists can be read: a client's words are looked up among their names, and never opened.
"""
